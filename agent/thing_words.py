"""Colours and everyday things in five languages, so that "la bleue" or "青いシャツ" finds the line called "Linen shirt, Blue".

Only a bridge between words: it never decides anything but which line of the shopper's own order is meant.
"""

import re
import unicodedata
from functools import lru_cache

_COLOURS = {
    "black": "black noir noire noirs noires negro negra negros negras schwarz schwarze schwarzen schwarzer schwarzes 黒 黒い 黒色 ブラック",
    "white": "white blanc blanche blancs blanches blanco blanca blancos blancas weiss weisse weissen weisser weisses 白 白い 白色 ホワイト",
    "blue": "blue bleu bleue bleus bleues azul azules blau blaue blauen blauer blaues 青 青い 青色 ブルー",
    "navy": "navy marine marin dunkelblau marineblau 紺 紺色 ネイビー",
    "red": "red rouge rouges rojo roja rojos rojas rot rote roten roter rotes 赤 赤い 赤色 レッド",
    "green": "green vert verte verts vertes verde verdes grun grune grunen gruner grunes gruen gruene 緑 緑色 グリーン",
    "yellow": "yellow jaune jaunes amarillo amarilla amarillos amarillas gelb gelbe gelben gelber gelbes 黄 黄色 黄色い イエロー",
    "orange": "orange oranges naranja naranjas orangefarben オレンジ",
    "pink": "pink rose rosa rosas rosado rosada 桃色 ピンク",
    "purple": "purple violet violette violets violettes morado morada morados moradas lila purpur 紫 紫色 パープル",
    "brown": "brown marron brun brune bruns brunes marron cafe braun braune braunen brauner braunes 茶 茶色 茶色い ブラウン",
    "grey": "grey gray gris grise grises grau graue grauen grauer graues 灰色 グレー グレイ",
    "beige": "beige beiges sand ベージュ",
    "gold": "gold golden dore doree dorado dorada goldfarben 金色 ゴールド",
    "silver": "silver argent argente argentee plata plateado plateada silber silbern 銀 銀色 シルバー",
    "turquoise": "turquoise turquesa turkis turkise ターコイズ",
    "burgundy": "burgundy bordeaux burdeos weinrot ボルドー",
    "khaki": "khaki kaki caqui カーキ",
    "cream": "cream creme crema クリーム",
    "teal": "teal petrol ティール",
    "coral": "coral corail コーラル",
    "olive": "olive oliva oliv オリーブ",
}

_THINGS = {
    "shirt": "shirt shirts chemise chemises camisa camisas hemd hemden シャツ",
    "tshirt": "tshirt tshirts t-shirt t-shirts tee tees camiseta camisetas tシャツ",
    "trousers": "trousers pants trouser pantalon pantalons pantalones hose hosen ズボン パンツ",
    "jeans": "jeans jean vaqueros ジーンズ デニム",
    "dress": "dress dresses robe robes vestido vestidos kleid kleider ワンピース ドレス",
    "skirt": "skirt skirts jupe jupes falda faldas rock rocke スカート",
    "coat": "coat coats manteau manteaux abrigo abrigos mantel コート",
    "jacket": "jacket jackets veste vestes chaqueta chaquetas jacke jacken ジャケット 上着",
    "sweater": "sweater sweaters jumper pullover pulls pull jersey pulli セーター ニット",
    "hoodie": "hoodie hoodies sudadera kapuzenpullover パーカー フーディー",
    "shoes": "shoe shoes chaussure chaussures zapato zapatos zapatillas schuh schuhe 靴 シューズ スニーカー sneaker sneakers baskets",
    "boots": "boot boots botte bottes bottines bota botas stiefel ブーツ",
    "socks": "sock socks chaussette chaussettes calcetin calcetines socke socken 靴下 ソックス",
    "hat": "hat hats chapeau chapeaux sombrero sombreros hut hute 帽子 ハット",
    "cap": "cap caps casquette casquettes gorra gorras mutze キャップ beanie bonnet",
    "scarf": "scarf scarves echarpe echarpes foulard bufanda bufandas schal schals マフラー スカーフ",
    "gloves": "glove gloves gant gants guante guantes handschuh handschuhe 手袋",
    "belt": "belt belts ceinture ceintures cinturon cinturones gurtel ベルト",
    "bag": "bag bags sac sacs bolso bolsos bolsa bolsas tasche taschen バッグ かばん 鞄 tote totes cabas トート",
    "wallet": "wallet wallets portefeuille cartera carteras geldborse brieftasche 財布",
    "mug": "mug mugs tasse tasses taza tazas becher マグ マグカップ カップ cup cups",
    "plate": "plate plates assiette assiettes plato platos teller 皿 プレート",
    "bowl": "bowl bowls bol bols cuenco cuencos schussel schale ボウル",
    "bottle": "bottle bottles bouteille bouteilles gourde botella botellas flasche flaschen ボトル 水筒",
    "glass": "glass glasses verre verres vaso vasos glas glaser グラス",
    "pen": "pen pens stylo stylos boligrafo boligrafos kugelschreiber stift ペン",
    "notebook": "notebook notebooks carnet carnets cahier cahiers cuaderno cuadernos notizbuch ノート 手帳",
    "book": "book books livre livres libro libros buch bucher 書籍",
    "candle": "candle candles bougie bougies vela velas kerze kerzen キャンドル ろうそく",
    "soap": "soap soaps savon savons jabon jabones seife seifen 石鹸 せっけん ソープ",
    "lamp": "lamp lamps lampe lampes lampara lamparas lampen ランプ ライト",
    "blanket": "blanket blankets couverture couvertures plaid manta mantas decke decken 毛布 ブランケット",
    "pillow": "pillow pillows cushion cushions coussin coussins oreiller oreillers cojin cojines almohada kissen 枕 クッション",
    "towel": "towel towels serviette serviettes toalla toallas handtuch handtucher タオル",
    "ring": "ring rings bague bagues anillo anillos ringe 指輪 リング",
    "necklace": "necklace necklaces collier colliers collar collares halskette ネックレス",
    "bracelet": "bracelet bracelets pulsera pulseras armband ブレスレット",
    "earrings": "earring earrings boucles pendientes ohrringe ピアス イヤリング",
    "watch": "watch watches montre montres reloj relojes uhr uhren 時計 腕時計",
    "poster": "poster posters affiche affiches print prints ポスター",
    "giftcard": "giftcard gift-card carte-cadeau gutschein geschenkkarte ギフトカード",
    "tea": "tea teas 紅茶 お茶",
    "coffee": "coffee kaffee コーヒー",
    "apron": "apron aprons tablier delantal schurze エプロン",
    "umbrella": "umbrella parapluie paraguas regenschirm 傘",
}

_FILLER_WORDS = """
a an the one ones this that these those my our please item items product order size colour color in of and for to with from
le la les un une des du de d l celui celle ceux celles ce cette mon ma mes article produit taille couleur et en a au aux avec
el los las una uno unos unas este esta ese esa mi mis articulo producto talla color y con del
der die das den dem ein eine einen einem dieser diese dieses mein meine meinen artikel produkt grosse farbe und mit in von
"""
_FILLER = frozenset(_FILLER_WORDS.split())

_WORD = re.compile(r"[a-z0-9][a-z0-9'-]*")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_JAPANESE_FILLER = re.compile(r"(のもの|のやつ|のほう|の方|サイズ|商品|アイテム|注文|これ|それ|あれ|この|その|の|を|は|が|に|で|と|い)+")


def fold(text: str) -> str:
    """Lower case without accents; full-width forms become plain ones; Japanese voicing marks stay."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(sign for sign in decomposed if not ("\u0300" <= sign <= "\u036f"))
    return unicodedata.normalize("NFC", bare)


def _index(table: dict[str, str], mark: str) -> dict[str, str]:
    return {fold(word): mark + name for name, words in table.items() for word in words.split()}


_CONCEPTS = _index(_THINGS, "thing:") | _index(_COLOURS, "colour:")
_JAPANESE_CONCEPTS = tuple(
    sorted(((word, concept) for word, concept in _CONCEPTS.items() if _JAPANESE.search(word)), key=lambda pair: -len(pair[0]))
)


@lru_cache(maxsize=4096)
def concepts(text: str) -> frozenset[str]:
    """The colours and things a text names, e.g. `{"colour:blue", "thing:shirt"}`."""
    folded = fold(text)
    found = {_CONCEPTS[word] for word in _WORD.findall(folded) if word in _CONCEPTS}
    rest = folded
    for word, concept in _JAPANESE_CONCEPTS:
        if word in rest:
            found.add(concept)
            rest = rest.replace(word, " ")
    return frozenset(found)


@lru_cache(maxsize=4096)
def content_words(text: str) -> tuple[str, ...]:
    """The words of a text that say which thing is meant: Latin words without fillers, and runs of Japanese."""
    folded = fold(text)
    latin = [word for word in _WORD.findall(folded) if word not in _FILLER]
    japanese = [run for run in re.findall(r"[\u3040-\u30ff\u3400-\u9fff]+", _JAPANESE_FILLER.sub(" ", folded)) if run]
    return tuple(latin + japanese)


def concept_of(word: str) -> str | None:
    """The colour or thing one folded word names, if it names one."""
    return _CONCEPTS.get(word)
