"""What was said, and where."""

from django.db import models


class Room(models.Model):
    name = models.CharField(max_length=100, unique=True)


class Message(models.Model):
    room = models.ForeignKey(Room, on_delete=models.CASCADE)
    body = models.TextField()
    created = models.DateTimeField(auto_now_add=True)
