"""What a person sees of measures."""

from hub import permissions
from hub.models import AttendanceSummary, Designation, Measure, Participant, User


def designations_for(user: User, measure: Measure) -> list[Designation]:
    """The measure's designations whose thread the person may read, newest first."""
    seats = Participant.objects.filter(permissions.seats_with("thread.read"), user=user)
    return list(
        Designation.objects.filter(measure=measure, thread__in=seats.values("thread"))
        .select_related("centre__departement", "thread", "transmitted_by")
        .order_by("-transmitted_at")
    )


def attendance_of(measure: Measure) -> list[AttendanceSummary]:
    """What was counted for the current designation, latest period first."""
    return list(
        AttendanceSummary.objects.filter(
            designation__measure=measure, designation__is_current=True
        )
        .select_related("by")
        .order_by("-first_day", "-pk")
    )
