"""Standard answers of the demonstration's court and centre. Invented, and plain.

Real installations begin with none: what an organisation says is its own.
"""

from hub.actions.answers import Words, create_answer
from hub.models import User

OF_THE_COURT = (
    Words(
        "Date de la première rencontre",
        "Bonjour,\n\nPour la mesure {reference} : quelle est la date de la première "
        "rencontre ?\n\n{prenom_nom}, {juridiction}",
    ),
    Words(
        "Attestation de présence",
        "Bonjour,\n\nPour la mesure {reference}, ordonnée le {date_decision} : "
        "pouvez-vous joindre l’attestation de présence, avec les dates prévues et "
        "tenues ?\n\n{prenom_nom}, {juridiction}",
    ),
    Words(
        "Bien reçu",
        "Bien reçu, merci. Votre message est porté à la connaissance du juge.",
    ),
)
OF_THE_CENTRE = (
    Words(
        "Date de la première rencontre",
        "Bonjour,\n\nPour la mesure {reference}, la première rencontre est prévue le "
        "[date], de [heure] à [heure].\n\n{prenom_nom}, {organisation}",
    ),
    Words(
        "Un parent ne s’est pas manifesté",
        "Bonjour,\n\nAu {aujourd_hui}, un seul des parents nous a contactés pour la "
        "mesure {reference}, transmise le {date_transmission}. Nous lui avons indiqué "
        "nos horaires.\n\n{prenom_nom}, {organisation}",
    ),
    Words(
        "Point à préciser",
        "Bonjour,\n\nÀ la lecture de la décision du {date_decision}, un point reste à "
        "préciser pour l’organisation des rencontres : […]. Pouvez-vous nous "
        "l’indiquer ?\n\n{prenom_nom}, {organisation}",
    ),
)


def demo_answers(court: str, centre: str, *, judge: User, coordinator: User) -> None:
    for words in OF_THE_COURT:
        create_answer(court, words, by=judge)
    for words in OF_THE_CENTRE:
        create_answer(centre, words, by=coordinator)
