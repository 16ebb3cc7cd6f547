"""Ordinary French names, drawn at random for people who do not exist.

Belongs here: names and the addresses made of them. Who has which role: people.py.
"""

from random import Random

from hub.text import fold

GIVEN = (
    "Adèle", "Agnès", "Alice", "Amina", "Anaïs", "Antoine", "Arthur", "Aurélie",
    "Baptiste", "Benoît", "Bruno", "Caroline", "Cécile", "Charlotte", "Chloé",
    "Christophe", "Claire", "Clément", "Damien", "David", "Delphine", "Élise", "Émile",
    "Emma", "Éric", "Étienne", "Fabien", "Fatima", "Florence", "François", "Gabriel",
    "Guillaume", "Hélène", "Hugo", "Inès", "Isabelle", "Jeanne", "Jérôme", "Jules",
    "Julie", "Karim", "Laure", "Laurent", "Léa", "Leïla", "Louis", "Louise", "Lucas",
    "Manon", "Marc", "Marion", "Mathilde", "Mehdi", "Michel", "Nathalie", "Nicolas",
    "Nora", "Olivier", "Pauline", "Philippe", "Pierre", "Quentin", "Rachid", "Rémi",
    "Romane", "Sandrine", "Sarah", "Sébastien", "Simon", "Sonia", "Sophie", "Stéphane",
    "Sylvie", "Théo", "Thomas", "Valérie", "Victor", "Vincent", "Yasmine", "Zoé",
)  # fmt: skip
USUAL = (
    "Arnaud", "Aubert", "Barbier", "Baron", "Benoit", "Bernard", "Berger", "Bertrand",
    "Blanc", "Bonnet", "Bouchet", "Boyer", "Brun", "Brunet", "Carpentier", "Charles",
    "Chevalier", "Clément", "Colin", "Cordier", "Da Silva", "David", "Denis",
    "Deschamps", "Diallo", "Dubois", "Dufour", "Dumas", "Dumont", "Dupuis", "Durand",
    "Fabre", "Fernandez", "Fleury", "Fontaine", "Fournier", "Gaillard", "Garnier",
    "Gauthier", "Gautier", "Girard", "Giraud", "Guérin", "Guillaume", "Haddad",
    "Henry", "Hubert", "Jacquet", "Joly", "Lambert", "Laurent", "Leclerc", "Lefèvre",
    "Legrand", "Lemoine", "Leroux", "Lopez", "Mallet", "Marchand", "Martinez",
    "Masson", "Mathieu", "Mercier", "Meunier", "Meyer", "Michaud", "Morel", "Morin",
    "Nguyen", "Nicolas", "Noël", "Olivier", "Perrin", "Philippe", "Picard", "Poirier",
    "Renard", "Renaud", "Rey", "Richard", "Rivière", "Robin", "Roche", "Rolland",
    "Rousseau", "Roussel", "Sanchez", "Schmitt", "Simon", "Traoré", "Vidal", "Weber",
)  # fmt: skip


class Names:
    """Draws names and gives each person an address that nobody else has."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.taken: dict[str, int] = {}

    def person(self, domain: str) -> tuple[str, str, str]:
        """(given name, usual name, address) of somebody new."""
        given, usual = self.chance.choice(GIVEN), self.chance.choice(USUAL)
        base = f"{fold(given)}.{fold(usual)}".replace(" ", "-")
        count = self.taken[base] = self.taken.get(base, 0) + 1
        # The cast of hub.demo holds addresses without a number.
        return given, usual, f"{base}.{count}@{domain}"


def family(chance: Random) -> tuple[str, str]:
    """(given name, family name) of somebody of a measure, without an address."""
    return chance.choice(GIVEN), chance.choice(USUAL)
