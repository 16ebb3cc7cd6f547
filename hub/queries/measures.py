"""What a person sees of measures."""

from hub import permissions
from hub.models import Designation, Measure, Participant, User
from hub.models.choices import MeasureState


def designations_for(user: User, measure: Measure) -> list[Designation]:
    """The measure's designations whose thread the person may read, newest first."""
    seats = Participant.objects.filter(permissions.seats_with("thread.read"), user=user)
    return list(
        Designation.objects.filter(measure=measure, thread__in=seats.values("thread"))
        .select_related("centre__departement", "thread", "transmitted_by")
        .order_by("-transmitted_at")
    )


def proposed_designation(measure: Measure) -> Designation | None:
    """The current designation with its centre: chosen in a draft, live afterwards."""
    current = Designation.objects.filter(measure=measure, is_current=True)
    return current.select_related("centre__departement").first()


def drafts_of(user: User) -> list[Measure]:
    """Drafts that the person may complete, the longest untouched last."""
    drafts = permissions.measures_open_to(user, "measure.edit").filter(
        state=MeasureState.DRAFT
    )
    return list(drafts.select_related("terms", "judge").order_by("-changed_at"))
