"""Regions by which shoppers look for boutiques, with their towns and their names in English and Italian. Data; pure.

A boutique says its town only. The words of its region join the index beside it, so that "Sicily", "Sicilia" and
"siciliano" find what is made in Palermo. A town that is not here is found by its own name.
"""

import msgspec

from search.analysis import fold


class Region(msgspec.Struct, frozen=True):
    """A region of a country: what shoppers call it and what comes from it, and its towns, names parted by `/`."""

    country: str
    words: str
    towns: str


REGIONS = (
    Region("IT", "abruzzo abruzzese", "Pescara/L’Aquila/Chieti/Teramo"),
    Region("IT", "basilicata lucania lucano", "Matera/Potenza"),
    Region("IT", "calabria calabrian calabrese", "Reggio Calabria/Cosenza/Catanzaro/Crotone/Tropea"),
    Region(
        "IT",
        "campania campanian campano",
        "Napoli/Capri/Caserta/Positano/Sorrento/Solofra/Torre del Greco/Salerno/Amalfi/Benevento/Avellino",
    ),
    Region(
        "IT",
        "emilia romagna emiliano romagnolo",
        "Bologna/Carpi/Faenza/Ferrara/Modena/Parma/Piacenza/Ravenna/Reggio Emilia/Rimini/Forlì/Cesena",
    ),
    Region("IT", "friuli venezia giulia friulian friulano", "Trieste/Udine/Gorizia/Pordenone"),
    Region("IT", "lazio latium laziale", "Roma/Viterbo/Latina/Rieti/Frosinone"),
    Region("IT", "liguria ligurian ligure riviera", "Genova/Camogli/Sanremo/La Spezia/Savona/Imperia/Portofino"),
    Region(
        "IT",
        "lombardia lombardy lombard lombardo",
        "Milano/Bergamo/Brescia/Como/Cremona/Mantova/Varese/Vigevano/Pavia/Lecco/Lodi/Monza/Sondrio",
    ),
    Region(
        "IT",
        "marche marchigiano",
        "Ancona/Ascoli Piceno/Civitanova Marche/Montegranaro/Urbino/Pesaro/Macerata/Fermo",
    ),
    Region("IT", "molise molisano", "Termoli/Campobasso/Isernia"),
    Region("IT", "piemonte piedmont piedmontese piemontese", "Torino/Biella/Alessandria/Asti/Cuneo/Novara/Vercelli"),
    Region(
        "IT",
        "puglia apulia apulian pugliese salento",
        "Bari/Gallipoli/Grottaglie/Lecce/Martina Franca/Ostuni/Putignano/Taranto/Brindisi/Foggia/Trani",
    ),
    Region("IT", "sardegna sardinia sardinian sardo sarda", "Cagliari/Nuoro/Sassari/Olbia/Oristano/Alghero"),
    Region(
        "IT",
        "sicilia sicily sicilian siciliano siciliana",
        "Palermo/Catania/Ragusa/Siracusa/Trapani/Messina/Agrigento/Noto/Modica/Taormina/Caltagirone",
    ),
    Region(
        "IT",
        "toscana tuscany tuscan toscano",
        "Firenze/Arezzo/Livorno/Lucca/Pisa/Pistoia/Prato/Santa Croce sull’Arno/Siena/Viareggio/Grosseto/Carrara",
    ),
    Region("IT", "trentino adige südtirol tyrol altoatesino", "Bolzano/Merano/Trento"),
    Region("IT", "umbria umbrian umbro", "Gubbio/Perugia/Spoleto/Assisi/Orvieto/Terni"),
    Region("IT", "valle d’aosta aosta valley valdostano", "Aosta"),
    Region(
        "IT",
        "veneto venetian",
        "Venezia/Chioggia/Cortina d’Ampezzo/Padova/Stra/Treviso/Verona/Vicenza/Belluno/Rovigo",
    ),
    Region("GB", "scotland scottish scots scozia scozzese", "Edinburgh/Lerwick/Glasgow/Aberdeen/Inverness"),
    Region("GB", "shetland", "Lerwick"),
    Region("GB", "northern ireland irish irlanda irlandese ulster", "Belfast/Derry"),
    Region("GB", "england english inghilterra inglese", "London/Birmingham/Leicester/Northampton/Manchester"),
    Region("DE", "bavaria bavarian bayern baviera bavarese", "München/Nürnberg/Augsburg"),
    Region("DE", "hessen hesse assia", "Offenbach am Main/Frankfurt am Main"),
    Region("DE", "rheinland pfalz palatinate palatinato", "Idar-Oberstein/Pirmasens/Mainz"),
    Region("DE", "rheinland rhineland renania", "Köln/Düsseldorf"),
    Region("DE", "sachsen saxony sassonia", "Leipzig/Dresden"),
    Region("DE", "thüringen thuringia turingia", "Weimar/Erfurt"),
    Region("ES", "andalucía andalusia andalusian andaluso", "Sevilla/Ubrique/Málaga/Granada/Córdoba/Cádiz"),
    Region("ES", "cataluña catalunya catalonia catalan catalogna catalano", "Barcelona/Girona/Tarragona"),
    Region("ES", "galicia galician galizia galiziano", "Santiago de Compostela/Vigo/A Coruña"),
    Region("ES", "euskadi basque baschi basco", "Bilbao/San Sebastián"),
    Region("ES", "baleares balearic baleari mallorca majorca maiorca", "Palma de Mallorca/Palma/Inca"),
    Region("ES", "valencia valencian valenciano", "Elche/Alicante/Valencia"),
    Region("FR", "provence provençal provenza provenzale", "Aix-en-Provence/Marseille/Avignon/Arles"),
    Region("FR", "alsace alsatian alsazia alsaziano", "Strasbourg/Colmar/Mulhouse"),
    Region("FR", "bretagne brittany bretagna bretone", "Nantes/Rennes/Brest/Quimper"),
    Region("FR", "normandie normandy normandia normanno", "Rouen/Caen"),
    Region("FR", "occitanie occitania", "Toulouse/Millau/Montpellier"),
    Region("FR", "aquitaine aquitania", "Bordeaux/Limoges"),
    Region("CH", "ticino ticinese", "Lugano/Bellinzona/Locarno"),
)
COUNTRIES = {
    "IT": "italia italy italian italiano",
    "GB": "britain british britannico",
    "DE": "germany german germania tedesco",
    "ES": "spain spanish spagna spagnolo",
    "FR": "france french francia francese",
    "CH": "switzerland swiss svizzera svizzero",
    "BE": "belgium belgian belgio belga flanders fiandre",
    "PT": "portugal portuguese portogallo portoghese",
}


def _by_town() -> dict[tuple[str, str], str]:
    table: dict[tuple[str, str], str] = {}
    for region in REGIONS:
        for town in region.towns.split("/"):
            place = region.country, fold(town)
            table[place] = f"{table.get(place, '')} {region.words}".strip()
    return table


_WORDS = _by_town()


def region_words(country: str, town: str) -> str:
    """Every word by which a shopper might mean where this town lies, for the index."""
    return f"{_WORDS.get((country, fold(town)), '')} {COUNTRIES.get(country, '')}".strip()
