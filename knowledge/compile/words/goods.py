"""Kinds of goods that policies single out, with their words in five languages.

A rule about a kind matches products by any of its words, so that a French clause holds for a catalogue written in English.
"""

GOODS: tuple[tuple[str, ...], ...] = (
    # en / fr / ja / es / de
    ("furniture", "meubles / meuble / mobilier", "家具", "muebles / mueble / mobiliario", "möbel / möbelstücke"),
    ("bulky", "volumineux / encombrants / volumineuses", "大型", "voluminosos / voluminoso", "sperrig / sperrige / sperrgut"),
    ("underwear / lingerie", "sous-vêtements / lingerie", "下着 / ランジェリー", "ropa interior / lencería", "unterwäsche / dessous"),
    (
        "swimwear / bikini / bikinis",
        "maillots de bain / maillot de bain",
        "水着",
        "bañadores / bañador / trajes de baño",
        "bademode / badeanzug / badeanzüge",
    ),
    ("earrings / earring", "boucles d'oreilles / piercings", "ピアス / イヤリング", "pendientes", "ohrringe / ohrstecker"),
    (
        "cosmetics / cosmetic / make-up / makeup",
        "cosmétiques / maquillage",
        "化粧品 / コスメ",
        "cosméticos / maquillaje",
        "kosmetik / kosmetika",
    ),
    ("perfume / perfumes / fragrance", "parfum / parfums", "香水", "perfume / perfumes", "parfüm / parfum / parfüms"),
    ("jewellery / jewelry", "bijoux / joaillerie", "ジュエリー / アクセサリー", "joyas / joyería", "schmuck"),
    ("mattress / mattresses", "matelas", "マットレス", "colchón / colchones", "matratze / matratzen"),
    ("sofa / sofas / couch", "canapé / canapés", "ソファ / ソファー", "sofá / sofás", "sofa / sofas"),
    (
        "flowers / bouquet / bouquets",
        "fleurs / bouquets / bouquet",
        "生花 / 花束",
        "flores / ramo / ramos",
        "blumen / blumenstrauß / blumensträuße",
    ),
    ("perishable / perishables", "périssables / denrées périssables", "生鮮 / 生もの", "perecederos", "verderbliche / verderbliche waren"),
    ("food / groceries", "alimentaires / aliments / alimentation", "食品 / 食料品", "alimentos / comida", "lebensmittel"),
    ("shoes / footwear", "chaussures", "靴 / シューズ", "zapatos / calzado", "schuhe"),
    ("watches", "montres / montre", "腕時計", "relojes / reloj", "uhren / armbanduhren"),
    (
        "electronics / electronic",
        "électroniques / électronique",
        "電子機器 / 家電",
        "electrónica / electrónicos",
        "elektronik / elektrogeräte",
    ),
    ("candle / candles", "bougies / bougie", "キャンドル", "velas", "kerze / kerzen"),
    ("wine / wines / alcohol", "vins / vin / alcools", "ワイン / 酒類", "vinos / vino", "weine / wein"),
    ("curtains / blinds", "rideaux / stores", "カーテン", "cortinas", "vorhänge / gardinen"),
    ("fabric / fabrics", "tissus / tissu", "生地", "telas / tela", "stoffe / meterware"),
    ("plant / plants", "plantes / plante", "植物 / 観葉植物", "plantas / planta", "pflanzen / pflanze"),
    ("cake / cakes", "gâteaux / gâteau", "ケーキ", "tartas / pasteles", "torten / kuchen"),
    ("photo book / photo books / prints", "livres photo / tirages", "フォトブック", "fotolibros / álbumes", "fotobücher / fotobuch"),
    ("sample / samples", "échantillons / échantillon", "サンプル / 試供品", "muestras / muestra", "muster / proben"),
    ("socks / hosiery", "chaussettes / collants", "靴下", "calcetines", "socken / strümpfe"),
    ("books", "ouvrages / livres imprimes", "書籍", "libros / libro", "bücher"),
    ("toys / toy", "jouets / jouet", "おもちゃ / 玩具", "juguetes / juguete", "spielzeug / spielwaren"),
    ("rugs / rug / carpets / carpet", "tapis", "ラグ / カーペット / 絨毯", "alfombras / alfombra", "teppiche / teppich"),
    ("bicycles / bicycle / bikes / bike", "vélos / vélo", "自転車", "bicicletas / bicicleta", "fahrräder / fahrrad"),
    ("lamps / lamp / lighting", "lampes / luminaires", "照明 / ランプ", "lámparas / lámpara", "lampen / leuchten"),
)
"""Kinds whose words are looked for in title and type."""

MARKED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("outlet", ("outlet", "outlet", "アウトレット", "outlet", "outlet")),
    (
        "clearance",
        (
            "clearance",
            "déstockage / fin de série / fins de série",
            "クリアランス / 在庫処分",
            "liquidación",
            "ausverkauf / ausverkaufsartikel / ausverkaufsware / räumungsverkauf",
        ),
    ),
    (
        "sale",
        (
            "(?<!final )sale items / (?<!final )sale products / items on sale / sale articles / reduced items / discounted items",
            "articles soldés / articles en solde / soldes / articles en promotion",
            "(?<!ナル)(?<!終)セール品 / (?<!ナル)(?<!終)セール商品 / 割引商品",
            "artículos rebajados / artículos en rebajas / rebajas / artículos en oferta",
            "sale-artikel / reduzierte artikel / reduzierte ware / sonderangebote",
        ),
    ),
    (
        "limited edition",
        (
            "limited[- ]editions? / limited-edition items",
            "éditions? limitées?",
            "限定品 / 限定商品",
            "ediciones? limitadas?",
            "limitierte editionen / limitierte artikel",
        ),
    ),
    ("bundle", ("bundles?", "lots? / coffrets?", "セット商品", "packs? / lotes?", "bundles? / sets")),
    ("hazmat", ("hazardous", "produits dangereux", "危険物", "mercancías peligrosas", "gefahrgut")),
)
"""Kinds a shop marks by tag: looked for in tags."""
