"""What both sides write to each other, without any name: questions and answers.

French, because a French record is shown. Only facts and arrangements: centres do not
assess parents (DOMAIN 0, point 12).
"""

from hub.models import Side
from hub.models.choices import DifficultyCategory, UnableReason

COURT, CENTRE = Side.COURT, Side.CENTRE
Exchange = tuple[Side, str, str]  # who begins, the question, the other side's answer

BEFORE: tuple[Exchange, ...] = (
    (COURT, "Bonjour, la décision a été notifiée aux deux parties la semaine dernière.",
     "Merci pour cette information, nous en tenons compte pour le délai de contact."),
    (COURT, "Une des parties demande au greffe quand elle sera contactée.",
     "Nous appelons les familles dans l’ordre de la liste. Nous la rappelons demain."),
    (COURT, "Pouvez-vous nous indiquer le délai d’attente actuel ?",
     "La date prévue figure sur la mesure ; nous la corrigerons si elle change."),
    (COURT, "L’avocat d’une partie nous demande si le dossier vous est bien parvenu.",
     "Oui, le dossier est complet et inscrit sur la liste d’attente."),
    (COURT, "Un interprète sera-t-il disponible pour les entretiens ?",
     "Oui, sur demande. Merci de nous confirmer la langue."),
    (CENTRE, "La décision ne dit pas si les sorties sont possibles pendant les "
     "vacances. "
     "Pouvez-vous nous éclairer ?",
     "Le juge confirme : la règle est la même pendant les vacances."),
    (CENTRE, "Le numéro de téléphone d’un des parents ne répond pas. En avez-vous un "
     "autre ?",
     "Nous avons demandé à son avocat de lui rappeler de vous joindre."),
    (CENTRE, "Nous avons proposé un premier entretien à chacun des parents.",
     "C’est noté, merci."),
    (CENTRE, "Un parent nous dit avoir fait appel. La mesure est-elle maintenue ?",
     "Oui, la décision est exécutoire de droit. La mesure est maintenue."),
    (CENTRE, "Les deux parents demandent le même créneau du samedi matin, qui est "
     "complet.",
     "Le choix du créneau vous revient, la décision n’en fixe pas."),
    (CENTRE, "Pouvez-vous confirmer l’âge du plus jeune enfant ? Nos locaux sont "
     "adaptés "
     "à partir de douze mois.",
     "Nous confirmons : le mois de naissance indiqué est le bon."),
)  # fmt: skip
DURING: tuple[Exchange, ...] = (
    (COURT, "L’audience est fixée au mois prochain. Une attestation de présence avant "
     "cette date nous serait utile.",
     "Nous vous l’adresserons la semaine précédente."),
    (COURT, "Une partie indique que la dernière rencontre a été annulée. Qu’en est-il "
     "?",
     "Elle a été reportée d’une semaine : l’enfant était malade, un certificat a été "
     "remis."),
    (COURT, "Merci de rappeler aux parents que le calendrier s’impose à eux.",
     "Nous l’avons rappelé aux deux parents dans les mêmes termes."),
    (COURT, "Le dossier sera revu à l’automne. La mesure suit-elle son cours ?",
     "Oui, les rencontres ont lieu au rythme prévu par la décision."),
    (COURT, "Une tierce personne est-elle venue chercher l’enfant ?",
     "Seules les personnes autorisées par la décision se sont présentées."),
    (CENTRE, "Un parent demande que l’enfant puisse sortir au parc voisin. La décision "
     "ne le prévoit pas encore.",
     "Les sorties restent exclues tant que la décision n’est pas modifiée."),
    (CENTRE, "Nous serons fermés pendant les deux premières semaines d’août. Les "
     "rencontres "
     "sont reportées en septembre.",
     "C’est noté. Merci d’en informer les familles."),
    (CENTRE, "Les parents se sont mis d’accord pour décaler la prochaine rencontre.",
     "La décision le permet. Merci de nous en avoir informés."),
    (CENTRE, "Un parent arrive régulièrement en retard d’un quart d’heure.",
     "Merci. Ce fait pourra être repris dans l’attestation."),
    (CENTRE, "Une grand-mère souhaite assister à une rencontre. Est-ce possible ?",
     "Non, elle n’est pas désignée par la décision."),
    (CENTRE, "Les parents souhaitent allonger les rencontres d’une heure.",
     "Il leur faut saisir le juge ; nous leur avons transmis le formulaire."),
    (CENTRE, "Le calendrier du trimestre a été remis aux deux parents.",
     "Bien reçu, merci."),
    (CENTRE, "Un des parents change de département le mois prochain.",
     "Merci de l’information. Le juge en est avisé."),
)  # fmt: skip
NEAR_END: tuple[Exchange, ...] = (
    (COURT, "La mesure arrive à son terme. Une requête en prolongation est-elle "
     "annoncée ?",
     "Un des parents nous a dit vouloir saisir le juge."),
    (CENTRE, "La mesure se termine bientôt. Les parents demandent ce qui suivra.",
     "Sans nouvelle décision, ils appliquent ce que prévoit l’ordonnance."),
    (CENTRE, "La dernière rencontre est prévue samedi. Nous adresserons une note de "
     "fin.",
     "Merci, nous la verserons au dossier."),
)  # fmt: skip
LATE_THANKS = "Merci, c’est noté."
URGENT = (
    "Un départ à l’étranger est annoncé pour cette semaine",
    "La prochaine rencontre est dans deux jours",
    "Une des parties a quitté son logement",
)

DIFFICULTIES: dict[DifficultyCategory, str] = {
    DifficultyCategory.PARENT_ABSENT:
        "Le parent visiteur ne s’est pas présenté aux deux dernières rencontres et ne "
        "nous a pas prévenus.",
    DifficultyCategory.CHILD_NOT_PRESENTED:
        "L’enfant n’a pas été amené à la dernière rencontre. Aucun motif ne nous a été "
        "donné.",
    DifficultyCategory.CHILD_REFUSES:
        "L’enfant est venu mais n’a pas voulu entrer dans la salle. La rencontre a été "
        "écourtée.",
    DifficultyCategory.RULE_BREACH:
        "Un parent a quitté les locaux avec l’enfant pendant quelques minutes, sans y "
        "être autorisé.",
    DifficultyCategory.THIRD_PERSON:
        "Une personne que la décision ne désigne pas s’est présentée avec le parent "
        "hébergeant et a insisté pour rester.",
    DifficultyCategory.TERMS_UNCLEAR:
        "Les deux parents comprennent différemment la durée des rencontres fixée par "
        "la "
        "décision. Nous demandons une précision.",
}  # fmt: skip
NO_CONTACT = (
    "Le délai fixé est passé et aucun des parents n’a pris contact avec nous, malgré "
    "deux courriers."
)
INTERRUPTION = (
    "Des menaces ont été proférées dans les locaux. La rencontre a été arrêtée et les "
    "rencontres sont interrompues dans l’attente de la décision du juge."
)
UNABLE: dict[UnableReason, str] = {
    UnableReason.CAPACITY:
        "Notre liste d’attente dépasse un an ; nous ne pouvons pas donner de date.",
    UnableReason.CRITERIA:
        "L’âge de l’enfant ne correspond pas à ce que nous pouvons accueillir.",
    UnableReason.CONFLICT:
        "Un membre de l’équipe connaît personnellement l’une des parties.",
    UnableReason.APPROVAL:
        "Notre agrément est en cours de renouvellement pour ce type d’accueil.",
}  # fmt: skip
MISSING = (
    "La décision complète nous est nécessaire : la dernière page manque.",
    "Merci de nous indiquer la date à laquelle la décision a été notifiée.",
    "Les coordonnées d’un des parents manquent dans le dossier.",
    "La décision vise-t-elle aussi le plus jeune enfant ?",
)
ANSWERS = (
    "Voici l’information demandée : la décision concerne bien tous les enfants nommés.",
    "La notification a été faite le mois dernier ; le dossier est à jour.",
    "Le nécessaire est fait, vous pouvez poursuivre.",
    "Le juge en prend acte. Merci de poursuivre dans les termes de la décision.",
)
ATTENDANCE = (
    "Attestation de présence du %(first)s au %(last)s : %(planned)d rencontres "
    "prévues, "
    "%(held)d tenues."
)
END_NOTE = (
    "Note de fin : la mesure s’est déroulée du %(first)s au %(last)s. Cette note "
    "constate des dates et n’évalue personne."
)
