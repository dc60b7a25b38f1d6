"""What the packages register and the office does not offer.

Both concern the whole installation, not one empresa: people get permissions from a perfil (never a Django
group), and the schedule is set in `config/agenda.py` by whoever runs the installation.
"""

from django.contrib import admin
from django.contrib.auth.models import Group
from django_celery_beat import models as beat

for modelo in (
    Group,
    beat.PeriodicTask,
    beat.IntervalSchedule,
    beat.CrontabSchedule,
    beat.SolarSchedule,
    beat.ClockedSchedule,
):
    admin.site.unregister(modelo)
