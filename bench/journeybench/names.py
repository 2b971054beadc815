"""Invented names by language: given names, family names."""

from __future__ import annotations

_LISTS = {
    "en": (
        "Ada Bram Cleo Dov Edie Fitz Gwen Hale Isla Jude Kit Lorna Milo Nell Orla Piers Quill Rhea Saul Tess",
        "Ashgrove Birtwell Corrow Dunmere Elswick Farrant Garrowby Hexley Inchmore Jessop Kestle Larkham "
        "Mossop Netherby Oakes Pellow Quarrie Rusholm Stannard Thorley",
    ),
    "pt": (
        "Adélia Baltazar Conceição Dinis Eulália Firmino Graça Heitor Inês Jacinto Leonor Moisés Noémia Óscar "
        "Paulina",
        "Alvarim Bouçada Carrazedo Durães Esteveira Falcoeiro Gouvinhas Leirião Mesquitela Nabais Olivença "
        "Pedrógão Quintaneiro Rebordão Seixal",
    ),
    "es": (
        "Amparo Basilio Candela Eloy Fermín Gala Hilario Iria Jacinta Leandro Maite Nieves Onofre Pilar "
        "Remedios",
        "Alcedo Barrientos Cifuentes Doñate Escalona Fontán Garrigós Hontoria Illán Lerma Montañés Nogales "
        "Otero Peñalara Revilla",
    ),
    "hu": (
        "Ágnes Bendegúz Csenge Dezső Emőke Ferenc Gyöngyi Hunor Ildikó Jenő Katalin Lőrinc Margit Norbert Örs",
        "Almási Bakonyi Csermely Dombóvári Erdősi Fűzfői Gyarmathy Hegyaljai Juhász Kőszegi Lovasi Mezőfi "
        "Nádor Őrségi Pataki",
    ),
}  # fmt: skip
NAMES = {language: (given.split(), family.split()) for language, (given, family) in _LISTS.items()}
"""language -> given names, family names"""
_STAFF = (
    "Agnes Bruno Corin Duarte Elke Flávia Greta Hugo Ivo Joana Kinga Lucinda Maren Nerea Olive Petra Rui Sandor Tiago "
    "Vilmos Wim Zalán",
    "Arganil Bársony Candoso Dollard Halmos Hathersage Illyefalvi Kertész Montenegro Ostrander Penrith Rocafort Somoza "
    "Terebes Tolliver Valadim Zubieta",
)
STAFF = (_STAFF[0].split(), _STAFF[1].split())
"""given and family names of ours"""
