"""Which category a boutique's own words mean: types, taxonomy paths, tags and titles in five languages. Pure.

Guesses for the owner to correct, never more: what the boutique has decided in its settings comes first, see `mapping`
in `shops.importers.domain.choices`.
"""

from collections.abc import Iterable
from functools import lru_cache

from shops.importers.domain.words.folding import folded, phrases

_WORDS: dict[str, str] = {
    "dresses": "dress, dresses, gown, gowns, frock, jumpsuit, jumpsuits, evening dress, wedding dress, vestito, "
    "vestiti, abito da sera, abito, abiti, tuta elegante, caftano, kaftan, caftan, robe, robes, "
    "combinaison, kleid, kleider, abendkleid, brautkleid, sommerkleid, jumpsuits und overalls, vestido, "
    "vestidos, mono, traje de noche",
    "knitwear": "knitwear, knit, knits, sweater, sweaters, jumper, jumpers, pullover, pullovers, cardigan, cardigans, "
    "turtleneck, fair isle, maglieria, maglia, maglie, maglione, maglioni, dolcevita, lupetto, gilet in "
    "maglia, maille, pull, pulls, gilet, chandail, tricot, strick, strickwaren, strickjacke, "
    "strickpullover, rollkragenpullover, punto, jersey, jerseys, jerséis, sueter, chaqueta de punto, "
    "prendas de punto, sudadera, felpa, sweatshirt, hoodie",
    "coats": "coat, coats, jacket, jackets, outerwear, coats jackets, blazer, blazers, trench, raincoat, "
    "raincoats, parka, cape, capes, poncho, vest, waistcoat, waistcoats, gilet jacket, cappotto, "
    "cappotti, giacca, giacche, giaccone, giubbotto, giubbotti, giubbino, piumino, soprabito, "
    "impermeabile, impermeabili, mantella, mantello, capispalla, panciotto, manteau, manteaux, veste, "
    "vestes, blouson, impermeable, caban, gilet de costume, mantel, maentel, jacke, jacken, regenmantel, "
    "sakko, weste, janker, abrigo, abrigos, chaqueta, chaquetas, americana, cazadora, gabardina, chaleco, "
    "capa, capas, loden",
    "shirts": "shirt, shirts, blouse, blouses, top, tops, shirts tops, t shirt, t shirts, tee, tees, polo, polos, "
    "tunic, tank, camicia, camicie, camicetta, camicette, blusa, bluse, maglietta, magliette, canotta, "
    "tunica, chemise, chemises, chemisier, chemisiers, tunique, hemd, hemden, blusen, oberteil, "
    "oberteile, tunika, camisa, camisas, blusas, camiseta, camisetas",
    "trousers": "trousers, pants, jeans, shorts, bermuda, chinos, leggings, pantaloni, pantalone, calzoncini, "
    "pantaloncini, pantalon, pantalons, short, hose, hosen, stoffhose, pantalones, vaqueros, swimwear, "
    "swimsuit, swim trunks, costume da bagno, bikini, badehose, badeanzug, maillot de bain, banador, "
    "kostumhose",
    "skirts": "skirt, skirts, gonna, gonne, jupe, jupes, rock, rocke, falda, faldas",
    "suits": "suit, suits, tuxedo, tuxedos, completo, completi, abito da uomo, abito uomo, abiti da uomo, "
    "tailleur, tailleurs, smoking, frac, costume, costumes, anzug, anzuge, kostum, hosenanzug, traje, "
    "trajes, abito sartoriale, sartoria",
    "hosiery": "sock, socks, stockings, tights, hosiery, calza, calze, calzino, calzini, calzettoni, collant, "
    "chaussette, chaussettes, bas, collants, socke, socken, strumpfe, strumpfhose, calcetin, calcetines, "
    "medias",
    "shoes": "shoe, shoes, footwear, sneaker, sneakers, trainers, loafer, loafers, pump, pumps, heels, derby, "
    "oxford, oxfords, brogue, brogues, ballerina, ballerinas, flats, moccasin, moccasins, espadrilles, "
    "slippers, scarpa, scarpe, scarpe da ginnastica, calzatura, calzature, mocassino, mocassini, "
    "decollete, ballerine, francesina, francesine, stringata, stringate, espadrillas, pantofola, "
    "pantofole, chaussure, chaussures, escarpin, escarpins, basket, baskets, mocassin, mocassins, "
    "richelieu, schuh, schuhe, halbschuhe, halbschuh, slipper, mokassin, mokassins, zapato, zapatos, "
    "zapatilla, zapatillas, bailarina, bailarinas, mocasin, mocasines, alpargata, alpargatas, salon, "
    "salones",
    "boots": "boot, boots, ankle boot, ankle boots, chelsea boots, stivale, stivali, stivaletto, stivaletti, "
    "anfibio, anfibi, scarponi, scarponcino, scarponcini, polacchino, polacchini, botte, bottes, bottine, "
    "bottines, stiefel, stiefelette, stiefeletten, bergschuh, bergschuhe, bota, botas, botin, botines",
    "sandals": "sandal, sandals, flip flops, slides, mules, clogs, sandalo, sandali, infradito, ciabatta, ciabatte, "
    "zoccolo, zoccoli, sabot, sandale, sandales, tongs, nu pieds, mule, sandalen, zehentrenner, "
    "pantoletten, clog, sandalia, sandalias, chanclas, zueco, zuecos",
    "handbags": "bag, bags, handbag, handbags, tote, totes, clutch, clutches, shoulder bag, shoulder bags, backpack, "
    "backpacks, briefcase, briefcases, satchel, luggage bags, luggage, suitcase, messenger bag, rucksack, "
    "rucksacks, basket bag, borsa, borse, borsetta, borsette, pochette, tracolla, zaino, zaini, cartella, "
    "cartelle, valigia, valigie, borsone, borsoni, secchiello, shopper, sac, sacs, sac a main, sacs a "
    "main, cabas, besace, sac a dos, cartable, panier, tasche, taschen, handtasche, handtaschen, "
    "umhangetasche, aktentasche, beutel, koffer, bolso, bolsos, bolsa, bolsas, mochila, mochilas, capazo, "
    "maletin, maleta",
    "wallets": "wallet, wallets, purse, purses, coin purse, card holder, cardholder, card holders, money clip, key "
    "ring, keychain, keychains, phone case, pencil case, notebook, notebooks, notebook cover, passport "
    "cover, small leather goods, small leather, handbags wallets cases, handbag wallet accessories, "
    "wallets money clips, portafoglio, portafogli, portamonete, portacarte, portachiavi, portatessere, "
    "portadocumenti, piccola pelletteria, astuccio, astucci, portefeuille, portefeuilles, porte monnaie, "
    "porte cartes, porte cles, petite maroquinerie, geldborse, geldborsen, geldbeutel, brieftasche, "
    "portemonnaie, kartenetui, schlusselanhanger, kleinlederwaren, etui, etuis, cartera, carteras, "
    "monedero, monederos, tarjetero, tarjeteros, llavero, llaveros, pequena marroquineria",
    "rings": "ring, rings, engagement ring, wedding ring, wedding bands, signet ring, anello, anelli, fede, fedi, "
    "fedi nuziali, bague, bagues, alliance, alliances, chevaliere, ringe, trauring, trauringe, "
    "siegelring, anillo, anillos, sortija, sortijas, alianza",
    "necklaces": "necklace, necklaces, pendant, pendants, chain, chains, choker, charms pendants, collana, collane, "
    "ciondolo, ciondoli, catena, catene, girocollo, collier, colliers, pendentif, pendentifs, sautoir, "
    "chaine, kette, ketten, halskette, halsketten, anhanger, collar, collares, colgante, colgantes, "
    "cadena, cadenas, gargantilla, brooch, brooches, brooches lapel pins, pin, spilla, spille, broche, "
    "broches, brosche, broschen",
    "earrings": "earring, earrings, hoops, studs, ear cuffs, orecchino, orecchini, lobo, boucle d oreille, boucles d "
    "oreilles, boucles, creoles, ohrring, ohrringe, ohrstecker, ohrhanger, creolen, pendiente, "
    "pendientes, aros, zarcillos",
    "bracelets": "bracelet, bracelets, bangle, bangles, anklet, anklets, cuff, cuffs, cufflink, cufflinks, bracciale, "
    "bracciali, braccialetto, braccialetti, gemelli, cavigliera, jonc, boutons de manchette, manchette, "
    "armband, armbander, armreif, armreifen, manschettenknopfe, pulsera, pulseras, brazalete, brazaletes, "
    "gemelos",
    "watches": "watch, watches, wristwatch, orologio, orologi, montre, montres, uhr, uhren, armbanduhr, reloj, "
    "relojes",
    "scarves": "scarf, scarves, stole, stoles, shawl, shawls, foulard, foulards, bandana, tie, ties, necktie, "
    "neckties, pocket square, bow tie, scarves shawls, sciarpa, sciarpe, stola, scialle, scialli, "
    "cravatta, cravatte, papillon, pochette da taschino, fazzoletto, echarpe, echarpes, chale, chales, "
    "etole, cravate, cravates, noeud papillon, carre, carres, schal, schals, tuch, tucher, seidentuch, "
    "krawatte, krawatten, fliege, panuelo, panuelos, bufanda, bufandas, chal, corbata, corbatas, fular, "
    "fulares, manton, mantones, collo, snood",
    "belts": "belt, belts, suspenders, braces, cintura, cinture, bretelle, cinturino, ceinture, ceintures, "
    "bretelles, gurtel, hosentrager, cinturon, cinturones, tirantes",
    "hats": "hat, hats, cap, caps, beanie, beanies, beret, berets, headband, hair accessories, cappello, "
    "cappelli, berretto, berretti, basco, baschi, coppola, coppole, paglietta, cuffia, cerchietto, "
    "fascia, chapeau, chapeaux, casquette, bonnet, bonnets, canotier, hut, hute, mutze, mutzen, kappe, "
    "kappen, stirnband, sombrero, sombreros, gorra, gorras, gorro, gorros, boina, boinas, umbrella, "
    "ombrello",
    "gloves": "glove, gloves, mitten, mittens, gloves mittens, guanto, guanti, muffole, gant, gants, mitaines, "
    "moufles, handschuh, handschuhe, faustlinge, guante, guantes, mitones",
    "eyewear": "eyewear, sunglasses, eyeglasses, glasses, spectacles, occhiali, occhiali da sole, occhiale, "
    "lunettes, lunettes de soleil, brille, brillen, sonnenbrille, sonnenbrillen, gafas, gafas de sol",
    "home": "home, home garden, furniture, decor, lamp, lamps, table, tables, chair, chairs, armchair, armchairs, "
    "sofa, couch, cushion, cushions, pillow, pillows, vase, vases, bowl, bowls, mug, mugs, pitcher, "
    "candle, candles, cabinet, shelf, shelves, rug, rugs, blanket, blankets, throw, throws, towel, "
    "towels, bed linen, tablecloth, kitchen, garden, indoor, outdoor, casa, arredo, arredamento, lampada, "
    "lampade, tavolo, sedia, cuscino, cuscini, vaso, vasi, ciotola, tazza, candela, plaid, coperta, "
    "coperte, tappeto, asciugamano, tovaglia, maison, decoration, lampe, coussin, coussins, bougie, "
    "couverture, tapis, wohnen, haus, leuchte, kissen, kerze, decke, teppich, hogar, decoracion, lampara, "
    "cojin, cojines, jarron, vela, manta, mantas, alfombra",
}  # fmt: skip

_TABLE = {folded(word): code for code, line in _WORDS.items() for word in line.split(",")}
_ENDINGS = sorted((word for word in _TABLE if " " not in word and len(word) > 4), key=len, reverse=True)  # noqa: PLR2004
"""German writes compounds in one word, whose end says what it is: Lederhandschuhe."""

_HEAD_LAST = frozenset({"en", "de"})
"""Languages whose compound names end with the thing itself: a belt bag is a bag; una borsa da cintura is one too."""


@lru_cache(maxsize=8192)
def category_named(text: str, language: str) -> str | None:
    """The category that a short name in `language` means; None when no word of it is known."""
    groups = phrases(text)
    known = [group for group in groups if group in _TABLE]
    if known:
        longest = max(group.count(" ") for group in known)
        best = [group for group in known if group.count(" ") == longest]
        return _TABLE[best[-1] if language in _HEAD_LAST else best[0]]
    for word in reversed(folded(text).split()):
        for ending in _ENDINGS if len(word) > len("taschen") else ():
            if word.endswith(ending):
                return _TABLE[ending]
    return None


@lru_cache(maxsize=2048)
def category_of_path(path: str) -> str | None:
    """The category of a taxonomy path such as `Apparel & Accessories > Shoes > Boots`: its deepest part we know."""
    for part in reversed(path.split(">")):
        code = category_named(part, "en")
        if code is not None:
            return code
    return None


def category_of_tags(tags: Iterable[str], language: str) -> str | None:
    """The category that tags agree on; None when they name none, or several."""
    codes = {_TABLE[tag] for tag in map(folded, tags) if tag in _TABLE}
    if not codes:
        codes = {code for tag in tags if (code := category_named(tag, language)) is not None}
    return codes.pop() if len(codes) == 1 else None
