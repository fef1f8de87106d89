"""The words that give a wish away, in five languages: what the classifier sees beside the meaning of the sentence.

One table for all languages: a cue says the same wherever it comes from, so what is learnt from one language serves the others.
Patterns read folded text (lower case, no accents) after slips were mended.
"""

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

_TABLE: Mapping[str, str] = {
    "cancel": r"\bcancel|\bcancl|\bcall\w* (?:\w+ ){0,3}off|\bvoid\b|\bannul|\banul|\bstorn|\bcancela|キャンセル|取り?消|取りやめ"
    r"|とりけ|\babort|\bundo\b|\bscrap\b|ruckgangig|\babbestell|rescind|\bnix the|\bkill (?:my|the) order|\bcanc(?:le|l\b)"
    r"|\bc[an]?c[e]?ll?\b|\bcncel|\bston(?:ier|orn)|\bstroni",
    "stop_it": r"(?:don'?t|do not|never|ne l'|n'|not) (?:please )?(?:send|ship|dispatch|envoye|expedi)|\bstop(?:pe[rz]?)? (?:my|the|ma"
    r"|la|l'|mi|el)|no (?:me |nos )?(?:lo |la )?(?:envi|mand)|nicht (?:los|ver|ab)?(?:schick|send)|送らない|発送しない"
    r"|発送(?:を)?(?:止|ストップ)|止めて|やめ|laisse[rz]? tomber|oublie[rz]?\b|forget (?:it|about|the)|never ?mind|\bdejad"
    r"|\bdrop (?:my|the|this) order|なかったこと|なしに|全部なし|白紙|\bvergesst|\bdelete (?:my|the) (?:whole )?order"
    r"|supprime[rz]? ma commande|注文を?消|\bcall(?:ing)? (?:it|the) |\bstopp(?:en|t)\b|pull the plug|don\'?t (?:bother|process)|dejenlo"
    r"|olviden?lo\b|\bno sigan|lasst es\b|lass gut sein|買うのやめ|中止|見送|辞退|bloque[rz]? ",
    "not_wanted": r"(?:don'?t|do not|no longer|not) (?:\w+ )?(?:want|need|interest)|anymore|any more|\bplus (?:besoin|envie)"
    r"|(?:n'en )?ve?ux plus|\bya no\b|nicht mehr|いらな|不要|必要なく|要らな|brauche\w* (?:ich )?(?:es "
    r"|das )?(?:doch )?nicht|\bregret|regrette|arrepent|no me interesa|m\'interesse (?:plus|pas)|\bj(?:en )?ve(?:ux"
    r"|u) (?:pl[us]+|pa[s]?)\b|いらん|要らん|結構です|decided against|not interested|donner suite|abstand vom|kein interesse"
    r"|already (?:bought|got|has|have|had)|deja achete|ya lo (?:\w+ )?(?:compr|ten)|schon (?:ge|be)kauft|もう買"
    r"|すでに.{0,6}買|\bafford|les moyens|sin dinero|(?:no|kein|pas d\') ?(?:money|geld|argent|dinero)|お金(?:が)?(?:な|足)"
    r"|\bnimmer\b|\bpass on\b|\bi\'ll pass\b|finalement non|らんといて|らんで$",
    "mistake": r"by mistake|by accident|accident|par erreur|erreur|por error|sin querer|versehen|vertan|verklickt|vertippt|equivoq"
    r"|trompe|間違|誤って|うっかり|\bwrong|\bmistake|mauvais|fausse\b|\bfaux\b|equivocad|falsch|incorrect|erron|oops"
    r"|misclick|違い|違う|違って|megarde|faire expres|(?:without|didn\'?t) mean|unintention|goure|sans le vouloir"
    r"|つもり(?:は)?な|ポチ|ungewollt",
    "twice": r"twice|duplicat|double\b|two times|en double|deux fois|dos veces|duplicad|doppelt|zweimal|二重|重複|2回|二回"
    r"|two of the same|deux fois (?:la|le) meme|meme (?:chose|commande)|二つ入|2つ入|2個入|zwei ?mal|\b2x\b|\b2 ?(?:fois|mal"
    r"|veces|times)\b",
    "mind": r"chang\w* my mind|change\w* d'avis|cambi\w* de (?:opinion|idea)|anders uberlegt|気が変わ|やっぱり|finalement|\bdoch\b"
    r"|\bactually\b",
    "order": r"\border|\bcommande|\bachat|\bpedido|\bcompra|bestell|\bkauf|注文|購入|\bpurchase|\bencargo|ポチ|\bcmd\b|頼んだ"
    r"|買っ[たち]|\bordered|\bbought|achete|\bcompre\b|\bpedi\b",
    "withdraw": r"withdraw|retract|desist|widerruf|wiederruf|撤回|クーリング|契約|contract|contrat|vertrag|contrato",
    "return": r"\breturn|\bretrun|\bretour|renvo[iy]|\bsend\w* (?:\w+ ){0,4}back|sent back|give\w* (?:\w+ ){0,3}back"
    r"|bring\w* (?:\w+ ){0,3}back|devol|zuruck(?:geb|schick|send)|rucksend|ruckgab|返品|返送|返却|返し|送り返|\brendre\b"
    r"|ramener|mandar de vuelta|geht zuruck|\brma\b|drop off|返したい|\brends\b|restitu|hand\w* (?:\w+ ){0,2}back|reto?urn"
    r"|返す|返せ|返し|unopened|ungeoffnet|sin abrir|jamais ouvert|未開封",
    "exchange": r"exchang|echang|umtausch|交換|取り替え|cambiar(?:lo)? por|\btausch",
    "refund": r"refund|rembours|reembols|erstatt|返金|払い?戻|money back|mon argent|mi dinero|geld zuruck|お金を?(?:返|戻)|reimburs"
    r"|compensat|rebate|recuperar (?:mi|el) dinero|\bargent\b(?! bleu)|\bplata\b|金返",
    "label": r"\blabel|etiquette|etiqueta|etikett|ラベル|\bslip\b|bon de retour",
    "received": r"\bgot\b|receiv|arrived|\bcame\b|deliver(?:ed)\b|\brecu[es]*\b|\blivre[es]*\b|arrive[es]*\b|\brecib|\blleg(?:o|aron"
    r"|ado)\b|angekommen|bekommen|geliefert|erhalten|\bkam\b|届いた|届きまし|届いて(?!な|いな|ませ|いませ)|届いたら"
    r"|受け取った|着いた",
    "fit": r"(?:doesn'?t|don'?t|does not|not) fit|too (?:big|small|large|long|short|tight|loose|wide)|\btrop (?:grand|petit|long"
    r"|court|serr)|demasiado|me queda|passt nicht|zu (?:gross|klein|lang|kurz|eng|weit)|大きすぎ|小さすぎ|きつい|短すぎ"
    r"|長すぎ|合わな|ゆるい|ne me va pas|pinch|aprieta|drucken|taille petit|taille grand|大きかった|小さかった|aprieta"
    r"|\bserre|\bpinch|\bchic[oa]\b|きつく|合わへん|合わん|大きく(?:て)|小さく(?:て)|uncomfortable|outgrew|outgrown",
    "dislike": r"don'?t like|hate|not happy|n'aime pas|ne me plait pas|no me gusta|gefallt|気に入ら|イメージ|似合わ|写真|photo|foto"
    r"|dissatisf|insatisf|satisfait|convien[ts]|doesn\'?t suit|not for me|unzufrieden|insatisfech",
    "address": r"addres|adress|\bdireccion|direcion|adrese|住所|届け先|配送先|宛先|宛名|送り先|配達先|anschrift|\bstreet|\brue\b"
    r"|\bcalle\b|strasse|番地|部屋番号|apartment|appartement|\bflat\b|house number|hausnummer|domicil|マンション名|recipient"
    r"|destinataire|destinatario|empfanger|受取人|hausnr|stockwerk|\bpiso\b|\bpuerta\b|\bportal\b|batiment|\betage\b"
    r"|digicode|\bappart\b|\bbuilding\b|\bfloor\b(?! lamp)|door n|house n|flat n|unit n|建物名|建物|何階|部屋|マンション"
    r"|アパート|市区|町名|都市|\bcity\b|\btown\b|\bville\b|\bciudad\b|\bstadt\b|\bort\b|lieu de (?:livraison|vacances)"
    r"|autofill|remplissage|自動入力|勝手に入|old (?:house|place|home|flat)|(?:ancienne?|vieille) maison|casa (?:vieja"
    r"|antigua)|\bcountry\b|\bpays\b|\bpais\b|\bland\b|wrong state|都道府県|国を|県を|in the name of|a nombre de|au nom de"
    r"|auf den namen|の名前で|名義|\bpo box|\bi live at|habite au|wohne (?:in|aber)|vivo en|facturation|billing address"
    r"|facturacion|rechnungsadresse|lieu d\'envoi|\blieu ou\b|endroit|\bwohin\b|adonde|請求先",
    "postcode": r"post ?code|zip|postal|postleitzahl|郵便番号",
    "moved": r"\bmoved\b|\bmoving\b|demenage|\bmude\b|mudado|umgezogen|引っ越|\brelocat|emmenag|\bhabite plus|no longer live"
    r"|live (?:in|at|there)|ya no vivo|cambie de casa|wohne?n? (?:da|dort|jetzt|nicht)|転居|新居|引越|住んで|\bme mud"
    r"|mudanza|\bzieh\w* .{0,20}\bum\b|umzug|umzieh",
    "place": r"\boffice\b|\bwork\b|bureau|travail|oficina|trabajo|\bburo\b|\barbeit\b|会社|職場|実家|neighbo|voisin|vecin|nachbar|隣"
    r"|\bmom|\bmum|mother|mere\b|madre|mutter|母|parents|padres|eltern|親|sister|soeur|sœur|hermana|schwester|妹|姉|friend"
    r"|\bami|amig|freund|友|hotel|ホテル|locker|pick ?up point|point relais|punto de recogida|packstation|コンビニ"
    r"|somewhere else|ailleurs|otro sitio|new (?:place|house|flat|home)|\bnan\'?s?\b|\bgran(?:ny|dma|ny)?\'?s?\b"
    r"|grandparents|\baunt|\buncle|\bcousin|\bbf\'?s?\b|\bgf\'?s?\b|boyfriend|girlfriend|partner|husband|\bwife|\bex\b"
    r"|\bdad\'?s?\b|\bfather|brother|flatmate|roommate|holiday|villegiature|vacances|\boma\b|\bopa\b|bruder|mamie|papi"
    r"|\bpere\b|\bfemme\b|\bmari\b|\boncle|coloc|grands-parents|suegr|abuel|\btio\b|\btia\b|novi[oa]\b|herman|vacaciones"
    r"|urlaub|旅行先|旅先|滞在|主人|夫|妻|兄|弟|祖父|祖母|義母|おばあ|おじい|彼氏|彼女|元カレ|いとこ|叔|勤務先|勤め先|管理人"
    r"|gardien|pickup|chez (?:ma|mon|mes|le|la|les|un|une)\b|bei (?:meine|einem)|a casa de",
    "send_to": r"(?:send|ship|deliver|redirect|reroute)\w* (?:\w+ ){0,3}(?:to|at)\b|(?:livr|envoy|expedi)\w* (?:\w+ ){0,3}(?:chez|au"
    r"|a)\b|(?:envi|mand|entreg)\w* (?:\w+ ){0,3}a\b|(?:schick|liefer|send)\w* (?:\w+ ){0,3}(?:an|zu[mr]?|ins)\b|(?:に"
    r"|へ)(?:送|届け|配達)|redirect|redirig|umleit|転送|acheminer|faire suivre|(?:go|goes|going|come|comes) (?:\w+ )?to\b"
    r"|(?:part|va|aille|arriver?) chez|宛(?:て|に)|(?:receive|receiv\w+) (?:the|my) (?:parcel|package)|que lo reciba"
    r"|receptionn|annehmen|受け取りを|受取人",
    "size": r"\bsize|\btaille|\btalla|grosse|サイズ|pointure|\btamano|\bnummer (?:grosser|kleiner)|\b(?:xxs|xs|xl|xxl|xxxl)\b"
    r"|\b(?:small|medium|large)\b|\bcm\b|号に|longueur|\blength\b|長さ|(?<!no )\blonger\b|\bshorter\b|\bbigger\b|\bsmaller\b",
    "colour": r"\bcolou?r|couleur|coloris|\bfarbe|カラー|\b色|色[をのが違間]|いろ|\b(?:black|white|red|blue|green|navy|grey|gray"
    r"|yellow|pink|brown|beige|purple|orange|noir|blanc|rouge|bleu|vert|gris|jaune|rose|marron|marine|negro|blanco|rojo|azul"
    r"|verde|amarillo|rosa|schwarz|weiss|rot|blau|grun|grau|gelb|braun|marineblau)e?[nrs]?\b|黒|白|赤|青|緑|紺|ネイビー"
    r"|グレー|黄|ピンク|茶|ベージュ",
    "variant": r"\bversion|variant|\bmodel|modele|ausfuhrung|バージョン|モデル|種類|型番|\bscent|香り|parfum|flavou?r|gravure|engrav"
    r"|刻印|gravur|grabado|\boption\b|\bstyle\b|\bhomme\b|\bmen\'?s\b|women\'?s|\bherren|\bdamen|\bhombre\b|\bmujer\b|メンズ"
    r"|レディース|ladies|\bkids?\b",
    "instead": r"instead|rather|au lieu|plutot|a la place|en vez|en lugar|statt|lieber|anstatt|じゃなくて|ではなく|の代わり|代わりに"
    r"|\bnot \d|pas \d|no \d|nicht \d|than\b|のほうが|meant|(?:should|supposed to|needs? to) (?:have been|be)\b|devrait"
    r"|debe(?:ria)? ser|sollte|soll .{0,20}sein",
    "change": r"\bchang|\bchnag|modif|\bswap|\bswitch|\bedit|\bupdat|\bcorrect|\bfix\b|corrig|\banpass|ander[en]|\bcambi|変更|変え"
    r"|替え|直し|修正|訂正|bearbeit|\breplac|remplac|tausch|\balter|mix\w* up",
    "quantity": r"quantit|cantidad|\bmenge|anzahl|stuck|数量|個数|数を|数に|の数|how many|number of|nombre|unidad|exemplaire|exemplar"
    r"|twice as many|\bdozen|douzaine|docena|dutzend|半分の数",
    "count": r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|deux|trois|quatre|cinq|dos|tres|cuatro|cinco|zwei|drei|vier|funf"
    r"|eins)\b|\d ?(?:個|つ|枚|足|本|着|点|冊)|[一二三四五六七八九十](?:個|つ|枚|足|本|着)|\bx ?\d\b|\b\d ?x\b|\b[1-9]\b",
    "only": r"\bonly\b|\bjust\b|seulement|\bjuste\b|\bseule?\b|\bsolo\b|\bnur\b|だけ|のみ|uniquement",
    "more": r"too many|increase|augment|bump|\bup to\b|one more|another one|de plus\b|aument|\bmehr\b|erhoh|増や|もう(?:1|一|ひと)"
    r"|reduc|reduz|redui|baisse|lower|減ら|\bless\b|\bmoins\b|menos|weniger|頼みすぎ|trop command|demasiados|zu viele"
    r"|\bdouble|doppelte",
    "remove": r"\bremov|take (?:\w+ ){0,3}(?:out|off)|\benlev|retire[rz]?\b|\bquit(?:a|e|ar|ad|en)|\bsaca|elimin|entfern|\braus"
    r"|herausnehm|streich|外し|外す|除い|除く|抜い|削除|delet|leave out|supprim|\bsin (?:el|la|los|las)\b|\b(?:sans|without"
    r"|ohne) (?!(?:\w+ ){0,3}(?:permission|asking|knowing|knowledge|consent|paying|meaning|telling|shipping|delivery"
    r"|demander|autorisation|accord|savoir|sache|payer|repayer|frais|vouloir|faire|erlaubnis|fragen|wissen|zahlen|bezahlen"
    r"|versand|porto|success|luck|reponse|erfolg|grund)\b)|loscht|なしで|weglass|\blass\w* .{0,30}\bweg\b|exclude|抜き|なしに(?=して|でき)",
    "rest": r"\brest\b|\breste\b|\bresto\b|\bothers?\b|the other things|残り|他は|そのまま|以外|\bkeep\b|gard(?:e|er|ez)\b|behalt"
    r"|\beverything (?:but|except)|tout sauf|todo menos|alles ausser|\bpart(?:ial|ie|e|ly)?\b|partiel|parcial|teil|一部|部分"
    r"|lo demas|\bone item|un seul article|solo un articulo|nur einen artikel",
    "add": r"\badd(?:s|ed|ing)?\b|\bajout|rajout|\banad|agreg|hinzufug|dazu|追加|足し|入れ(?!替)|\binclu|throw in"
    r"|\bput (?:\w+ ){0,4}(?:in\b|in the box)|\bstick\b|\btoss|mettez-?l\w+ aussi|mettez aussi|gliss|\bmet(?:e|ed|er)\b"
    r"|\bpon\b|packt?\b|dazuleg|同梱|同封|pop another|slip in|erganz|\bjoign|\bsuma\b|chuck|\bad (?:an?|the|one|another"
    r"|my)\b|complete[rz]? ma commande|adjoin|\bsume?n|\bmetan|\bjunt[ae]|group(?:er|ez)|足せ|足す|入れと|\btag an?\b|\btack"
    r"|\bthrow in|mit rein|mit dazu|erganz|買い忘れ",
    "also": r"\balso\b|\bas well\b|\btoo\b|\bplus an?\b|\baussi\b|\btambien|\bademas|\bauch noch|\bnoch (?:ein|was|etwas)|ausserdem"
    r"|も(?:一緒|追加|入|足|お願)|一緒に|同じ(?:箱|荷物)|same (?:box|parcel|order|package|shipment|delivery)|meme (?:colis"
    r"|commande|carton|boite)|misma caja|mismo paquete|(?:gleiche|selbe)\w* (?:paket|karton)|en plus\b",
    "forgot": r"forgot|forget to|oubli|\bolvid|vergessen|忘れ|missed",
    "another": r"\banother\b|\bextra\b|additional|one more|un autre|otro product|weitere|もう一|別の商品|supplementaire|una? mas"
    r"|une? de plus|zusatzlich|something (?:else|more)|more (?:stuff|things)|(?:truc|chose) (?:en plus|d\'autre)|autre chose"
    r"|algo mas|otra? (?:cosa|\w+ mas)|noch (?:was|etwas|ein)|mitbestell|買い足|encore une?\b",
    "combine": r"combin|merge|together|regroup|ensemble|juntar|unir|juntos|zusammen|まとめ",
    "pay": r"\bpay|\bpaid|paie|paye|\bpag(?:o|ar|ue|a)|zahl|支払|払い|払っ|払う|\binstal?ment|klarna",
    "card": r"(?:credit|debit|bank|my|another|other|wrong|different|new|a) card\b|carte (?:bancaire|bleue|de credit|visa)|(?:autre"
    r"|mauvaise|ma|de) carte\b|tarjeta(?! de felicit)|\bkreditkarte|(?:andere\w*|falsche\w*|meine\w*) karte"
    r"|(?<!メッセージ)(?<!誕生日)(?<!ギフト)カード(?!も)|visa|mastercard|paypal|virement|transferencia|uberweisung|振込|代引",
    "charge": r"charg(?:ed|ing|es)\b|debit|\bcobr|abgebucht|abbuch|buch\w* \w+ ab|請求|引き落と|prelev|\bbank",
    "where": r"\bwhere\b|\bou (?:est|en)|\bdonde\b|\bwo (?:ist|bleibt|sind)|どこ|どのへん|どの辺|il est ou",
    "when": r"\bwhen\b|\bquand\b|\bcuando\b|\bwann\b|いつ|何日に|how soon|\beta\b|what day|quel jour|\bhow soon|by when|\bquel jour"
    r"|何時頃|頃になり",
    "track": r"\btrack|\btrak|\bsuivi|suivre|seguimiento|rastre|sendungs|追跡|ついせき|verfolg",
    "ship": r"\bship|\bsent\b|dispatch|expedi|envoye|\benvi|\bverschick|\bversand|abgeschickt|発送|出荷|\bleft\b|\bpartie?\b"
    r"|\bsalio\b|warehouse|entrepot|almacen|\blager\b|倉庫|out for delivery",
    "arrive": r"\barriv|\bcoming\b|\bget here|\breceive\b|\blleg|\bkommt|\bankomm|届|着く|着き|livr(?:aison|e)|deliver|liefer|entreg"
    r"|\brecibir|配達|配送|お届け|turn up",
    "parcel": r"\bparcel|packag|\bcolis|\bpaquete?|\bpaket|荷物|\bshipment|\bdelivery|courier|carrier|transport|livreur|repartidor"
    r"|\bbote\b|配達員|運送",
    "waiting": r"\bstill\b|\byet\b|waiting|\blate\b|\bdelay|toujours|\battend|retard|esperando|todavia|tarde\b|immer noch|\bwarte"
    r"|noch nicht|まだ|待って|遅い|遅れ|届かない|届いてない|届いていない|来ない|経って|経った|\bnothing\b|\brien\b|\bnada\b"
    r"|\bnichts\b|expected|supposed|prevu|yesterday|\bhier\b|\bayer\b|gestern|days|jours|\bdias\b|\btagen?\b|weeks|semaines"
    r"|semanas|wochen|\bforever\b|taking|\bca vient|まだか|もう\d+日|待たせ|\d+ ?(?:days|jours|dias|tage|日)|sigo esper"
    r"|llevo \d",
    "status": r"status|statut|\bestado|\bstand\b|状況|どうなって|ステータス|\bupdate on|news about|nouvelles|novedad|neuigkeit"
    r"|happening|confirmed|went through|go through|whereabouts|how far along|informed|par donde va|en que punto|acheminement"
    r"|\bbesche?id|注文できて|通って|preparing|processing\b|en preparation|en preparacion|vorbereitung|bearbeitung|準備中"
    r"|進捗|進み具合|どうなった|どんな感じ|stuck|bloquee?\b|coince|\bhangt\b|forg[eo]t\w* (?:about )?(?:me|my)\b"
    r"|m\'a\w* (?:oublie|zappe)|olvidaron|mich vergessen|忘れて(?:な|ま)|忘れられ|noveda",
    "how": r"\bhow\b|\bcomment\b|\bcomo\b|\bwie\b|方法|どうすれば|どうやって|どうしたら|手順|やり方",
    "can": r"\bcan\b|\bcould\b|possible|\bpeut|\bpeux|pouvez|puis-je|\bpuedo|\bpuede|\bpodeis|\bkann\b|\bkonn|できますか|可能"
    r"|もらえ|でき(?:ます|る)|est-ce que",
    "want": r"\bwant|\bwould like|i'd like|\bneed\b|\bveux\b|voudrais|aimerais|\bquiero|necesito|gustaria|\bwill\b|mochte|brauche"
    r"|たい|ほしい|欲しい|希望|お願い|ください|\bil me faut",
    "which": r"\bwhat\b|\bwhich\b|\bquel|\bque\b|\bcual|\bwelche|\bwas\b|何|どの|どれ|どちら",
    "how_much": r"how much|combien|cuanto|was kostet|いくら|\bcost|\bfee|frais|gastos|gebuhr|手数料|送料|free\b|gratuit|gratis|kostenlos"
    r"|無料|charge (?:anything|for)|offerte|有料",
    "how_long": r"how long|how many days|combien de (?:temps|jours)|cuanto (?:tiempo|tarda)|cuantos dias|wie (?:lange|viele tage)|何日"
    r"|どのくらい|期間|期限|until when|jusqu'a quand|hasta cuando|bis wann|いつまで|deadline|delai|plazo|how much time",
    "policy": r"polic[yi]|politique|politica|conditions|regeln|richtlinien?\b|ポリシー|規約|規定|ルール|warranty|garantie"
    r"|garantia|保証|\brules?\b",
    "if": r"\bif\b|\bsi (?:je|la|le|pido|ahora)|\bwenn\b|たら|場合|what happens|que se passe|que pasa",
    "account": r"account|\bcompte\b|\bcuenta|\bkonto|アカウント|退会|会員|password|pasword|mot de passe|contrasena|passwort|パスワード"
    r"|log ?in|\bconnect[eé]r|einlogg|ログイン|\bpin\b|sign ?up|register|profile|subscri|abonn|unsubscrib|newsletter|boletin"
    r"|メルマガ|mailing|suscri|定期|membership",
    "invoice": r"invoice|facture|factura|rechnung|領収|receipt\b|\bbill\b|請求書",
    "discount": r"discount|coupon|cuopon|promo|voucher|code\b|reduction|descuento|cupon|rabatt|gutschein|クーポン|割引|学割|gift ?card"
    r"|carte cadeau|tarjeta regalo|geschenkkarte|ギフト(?:カード|券)|points|ポイント|sale\b|solde|rebajad|reduziert|セール"
    r"|値下げ|price match|cheque cadeau",
    "shop": r"\bstore|\bshop\b|boutique|magasin|tienda|\bladen|geschaft|店|open|ouvert|\babre\b|geoffnet|offnung|close|ferm[eé]"
    r"|cierra|schliess|hours|horaire|horario|営業|何時",
    "product": r"waterproof|impermeab|wasserdicht|防水|material|matiere|素材|\bbulb|ampoule|bombilla|birne|電球|battery|bateria"
    r"|batterie|電池|in stock|stock|在庫|再入荷|size guide|guide des tailles|vegan|recycl|\bwash|laver|\blavo|wasch|洗"
    r"|made of|come with|fourni|付属|suitable|どのサイズ|which size|quelle taille|que talla|welche grosse|gift ?wrap"
    r"|paquet cadeau|envuel|geschenkverpack|ギフト包装|包装|express|\bcustoms|douane|aduana|zoll\b|関税|pre-?order"
    r"|precommand|preventa|vorbestell|予約|repair|repar|修理",
    "human": r"\bhuman|humain|\bhumano|\bmensch|人間|\bperson|personne(?!s)|persona|\bagent\b|agente|advisor|conseiller|asesor"
    r"|berater|representative|operator|operateur|operador|オペレーター|スタッフ|担当|\bstaff\b|mitarbeiter|colleague"
    r"|collegue|companero|kollege|manager|responsable|\bjefe|\bchef\b|責任者|店長|supervisor|上司|有人|窓口|係|\bboss\b"
    r"|employee|employe\b|angestellt|superior\b|superieur|vorgesetzt|\bencargad|社員|ちゃんとした人|(?<![の求])人(?:を|に|と"
    r"|が)|上の人",
    "service": r"customer (?:service|support|care|assist)|service client|atencion al cliente|kundenservice|kundendienst|カスタマー"
    r"|サポート|\bsupport\b(?! de\b| for\b| stand)|your team|contact|joindre|erreich|問い合わせ|hotline|helpline|help ?line"
    r"|hot ?line|linea de (?:ayuda|atencion)|ヘルプライン|ホットライン",
    "someone": r"some(?:one|body)|any(?:one|body)|quelqu'?un|\balguien|\bjemand|誰か|real one|somebody real|\bwem\b|alive|\bwer da\b"
    r"|\bda wer\b|\bhier wer\b|qq[u]?n\b|y a (?:quelqu|personne)|(?:誰|だれ)(?:も|か)|もしもし|allo+\b|anyone home",
    "talk": r"\btalk|\bspeak|parler|hablar|sprech|\breden\b|話し|話せ|話す|話させ|\bchat\b|transfer|pass me|put me|passez|pasame"
    r"|ponme|connect me|verbind|代わって|繋い|つない|出して|put me through",
    "call": r"call (?:me|you|us|customer)|\bphone|\bring\b|rappel|telephon|telefon|\bllame|llamar|anruf|ruckruf|電話|折り返し"
    r"|numero de tel|\bcall\b(?! (?:it|the|off|every))|\btel\b|phone me|\bring me|give me a (?:ring|call)|que me llamen"
    r"|numero de (?:telefono|contacto)|m\'appel|\bllaman?\b|\bruft? .{0,16}\ban\b|anrufen|appelez",
    "complaint": r"complain|reclamation|reclamacion|\bquej|beschwer|苦情|クレーム|plainte|\bclaim\b|consumer|useless|plaindre|reclamar"
    r"|reklamier|grievance|complaint",
    "bot": r"\bbot\b|robot|machine|\bmaquina|maschine|chatbot|\bai\b|\bia\b|\bki\b|chatgpt|\bgpt|ボット|ロボット|機械|\bAI\b"
    r"|人工知能|automat|自動|computer|ordinateur|ordenador|コンピュ|intelligence artif|inteligencia artif|kunstliche",
    "are_you": r"\bare you\b|are u|\br u\b|etes[- ]vous|vous etes|tu es\b|t'es\b|es-tu|\beres\b|bist du|sind sie|あなたは|ですか"
    r"|am i (?:talking|chatting|speaking)|is (?:this|that|it) an?\b|who are|qui etes|quien|wer bist|だれ|誰です|\bt un\b",
    "thanks": r"\bthank|\bmerci|\bgracias|\bdank|ありがと|cheers|助かり|appreciate",
    "greet": r"^(?:hello|hi|hey|good (?:morning|evening|day|night)|bonjour|salut|coucou|bonsoir|hola|buen[oa]s|hallo|guten|moin"
    r"|servus|こんにちは|おはよう|こんばんは|はじめまして|こんちは)",
    "bye": r"\b(?:bye|goodbye|see you|au revoir|adios|hasta luego|tschuss|wiedersehen|bonne (?:journee|soiree)|a bientot|chao)\b"
    r"|さようなら|またね|バイバイ|失礼します|おやすみ",
    "fine": r"^(?:ok|okay|cool|great|perfect|perfecto|parfait|super|genial|alright|d'accord|vale|alles klar|lol|haha|jaja|mdr|了解"
    r"|わかりました|承知|top|nickel|prima|got it|nice|笑)\b|awesome|brilliant",
    "broken": r"in (?:\w+ ){0,2}(?:pieces|bits|shards)|mille morceaux|pedazos|scherben|tausend stuck|broken|broke\b|damag|crack|smash"
    r"|shatter|defect|faulty|\bstain|\bhole\b|leak|dent|scratch|\bcasse|abime|fissur|defectu|\btache|\btrou\b|\broto"
    r"|\brota\b|danad|mancha|agujero|rayad|derram|kaputt|beschadig|defekt|zerbroch|\bfleck|\bloch\b|zerkratzt|ausgelaufen"
    r"|壊れ|割れ|破損|不良|シミ|穴が|傷|破れ|汚れ|粉々|doesn'?t work|not work|ne (?:marche|fonctionne) pas|no funciona"
    r"|funktioniert nicht|動かない|dead on|torn|(?:marche|fonctionne|s\'allume) (?:pas|plus)|geht nicht(?! um)"
    r"|no (?:enciende|sirve)|miette|\blache\b|\bhs\b|en panne|ripped|fell apart|came apart|snapped|stopped working"
    r"|won\'t (?:turn|work|charge|start)|funktioniert|gerissen|\btroue|ほつれ|取れた|動きません|つかない|あいて(?:た|ま|い)"
    r"|fendu|undone|soaked|ruined|peeling|\bchipped|ebrech|fele|欠け|desportill|angeschlagen|two left|2 left"
    r"|2 chaussures gauches|両方左|faulty|defectuos|march(?:e|ent) (?:pas|plus)|fonctionn\w+ (?:pas|plus)"
    r"|dej\w+ de funcionar|cesse de|\bgeh(?:t|en) .{0,25}nicht mehr|使えなくな|止まった|quit working",
    "missing": r"missing|\bmanque|\bfalta\b|fehlt|足りな|入ってな|入っていな|欠品|empty|\bvide\b|vacia|\bleer\b|空だ|only (?:one"
    r"|part) of|manquait|faltaba|gefehlt|足りな|一つ足り",
    "not_ordered": r"(?:sent|gave|received|got|get) (?:\w+ ){0,2}(?:the )?wrong (?!zip|add?ress|street|city|town|post|name|number|house"
    r"|flat|phone)|(?<!ordered the )(?<!bought the )(?<!picked the )(?<!chose the )wrong (?:item|product|thing)s?"
    r"|mauvais (?:article|produit)|(?:is not|isn'?t|not) what i ordered|ce (?:n'est )?pas ce que j'ai command"
    r"|no es lo que pedi|nicht bestellt|das falsche|違う商品|違うもの(?!を?(?:頼|買|注文|選))|注文と違|ちがうの|頼んだのに"
    r"|注文したのに|ordered .{3,30} (?:and|but) (?:got|received|i got)|command\w+ .{3,30}(?:et|mais) .{0,10}recu"
    r"|pedi .{3,30}(?:y|pero) .{0,10}(?:lleg|recib)|bestellt und .{0,20}bekommen|someone else|somebody else"
    r"|de quelqu'un d'autre|de otra persona|fremde bestellung|他人の|(?:you|they|u) (?:\w+ )?(?:sent|shipped|gave"
    r"|delivered) me|(?:sent|got|received) the wrong|(?:m\'avez|m\'ont|m\'a|nous avez) (?:envoye|livre|expedie)"
    r"|me (?:mandaron|enviaron|trajeron|entregaron|llego otr)|ihr habt .{0,30}geschickt|falsche\w* (?:\w+ )?(?:geliefert"
    r"|geschickt|bekommen)|(?:no pedi|pas (?:ce que|celui que|celle que) j\'(?:ai|avais)) |違う.{1,6}(?:が|を)(?:届|来|送)"
    r"|頼んだのと|頼んでない|alors que j\'avais command|(?:ordered|command\w+|pedi|bestellt) .{0,20}\b(?:got|recu|llego|vino"
    r"|received|bekommen)|\d+ bestellt|頼んだのに|delivered the wrong|wrong \w+ (?:was )?delivered|mauvaise \w+ livree",
    "says_delivered": r"(?:says?|shows?|marked|tracking|status|according) .{0,25}delivered|(?:indique|marque|suivi|dit) .{0,20}livre"
    r"|(?:dice|pone|aparece|seguimiento) .{0,20}entregado|(?:zugestellt|als geliefert|geliefert markiert)|配達済|配達完了|お届け済"
    r"|配達された",
    "lost": r"\blost\b|stolen|\bperdu|\bvole\b|perdido|robaron|robado|verloren|gestohlen|紛失|盗ま",
    "question": r"\?|ますか|ですか|でしょうか|かな$|かしら|\?$",
    "unasked": r"without (?:\w+ ){0,2}(?:permission|asking|knowing|knowledge|consent|telling|meaning)|sans (?:\w+ ){0,2}(?:permission"
    r"|demander|autorisation|accord|que je|le savoir)|ohne (?:\w+ ){0,2}(?:erlaubnis|fragen|wissen)"
    r"|sin (?:\w+ ){0,2}(?:permiso|avisar|preguntar)|勝手に(?!入)|無断",
    "by_day": r"\b(?:before|by|for|until|avant|pour|antes de|para|vor|bis|zu[mr]?) (?:\w+ )?(?:christmas|xmas|easter|weekend|tomorrow"
    r"|tonight|birthday|wedding|party|noel|paques|demain|anniversaire|mariage|fete|navidad|reyes|manana|cumpleanos|boda"
    r"|weihnacht\w*|ostern|geburtstag|hochzeit|wochenende|\w+day|\w+di|\w+tag|lunes|martes|jueves|viernes)\b|までに|間に合",
    "promised": r"(?:said|promised|told (?:me|us)|meant to (?:come|arrive)|supposed to (?:come|arrive|be here)) |(?:aviez|avez|avait"
    r"|devait) (?:dit|promis|arriver|etre)|tenia que llegar|dijeron|sollte .{0,12}(?:kommen|da sein)|って言ってた|はずなのに"
    r"|予定なのに",
    "confirmation": r"confirm|bestatig|確認の?メール|完了メール|went through|go through|(?:order|payment) (?:placed|received)|est passee?"
    r"|bien passee?|enregistree?|\be?-?mail|\bcorreo|決済",
    "intro": r"my name is|\bi'm [a-z]+$|je m'appelle|moi c'est|me llamo|\bsoy [a-z]+$|ich heisse|ich bin [a-z]+$|name ist|と申し"
    r"|といいます|[一-龥]です$",
    "no_machine": r"(?:not|n't|pas|no|nicht|keine?|ohne|sans|without|stop|refuse|marre|ras le bol|assez) (?:\w+ ){0,5}(?:bots?|chatbots?"
    r"|robots?|machines?|computer|maquinas?|roboter\w*|maschinen?)\b|(?:機械|ロボット|ボット|ai)(?:じゃ|では|は嫌|とは|やめ"
    r"|はいい)",
    "polite": r"grateful|obliged|kindly|might (?:i|you|it)|appreciate|would you mind|auriez[- ]vous|pourriez|saurais gre|veuillez"
    r"|je vous prie|serait-il|desire|podrian?|agradeceria|ruego|konnten sie|durfte|hiermit|いただけ|いただき|存じ|恐れ入"
    r"|ご教示|ございま|願え|幸いです",
    "material": r"\bwool\b|laine|\blana\b|wolle|ウール|leather|\bcuir\b|\bpiel\b|\bleder|革|cotton|coton|algodon|baumwolle|綿|linen"
    r"|\blin\b|\blino\b|leinen|麻|silk|soie|\bseda\b|seide|シルク|\boak\b|chene|roble|eiche",
    "leave_with": r"leave (?:it|them|the parcel|my parcel) (?:with|at|in|by)|(?:laiss|depos|remett)\w* (?:\w+ ){0,3}(?:au|a la|chez|aux)\b"
    r"|\bdej(?:en|e|ar)\w* (?:\w+ )?(?:en|con)\b|abgeben|abgebt|gebt es|\bannehm|預け|代わりに受け|受け取って(?:もら|くれ)"
    r"|take it in",
    "off_topic": r"\bjoke|blague|chiste|\bwitz\b|weather|meteo|quel temps|que tiempo|wetter|天気|\bmatch\b|\bgame\b|partido|\bspiel\b"
    r"|試合|election|elecciones|\bwahl\b|選挙|movie|\bfilm|pelicula|映画|bitcoin|ビットコイン|love me|m'aim|me quier|liebst"
    r"|好き|translat|tradui|traduc|ubersetz|訳して|music|musica|musik|音楽|capital|hauptstadt|首都|president|\bpoem|poeme"
    r"|gedicht|詩を|recipe|recette|receta|rezept|レシピ|recommend|conseille|recomiend|empfiehl|おすすめの|面白い|\bhurts"
    r"|\bmal (?:a|au)\b|\bduele|schmerz|痛い|\bsing\b|chanson|ignore (?:all|your|previous|the)|ignore tes|ignora tus"
    r"|ignoriere|指示を無視|horoscop|homework|devoirs|\bpython\b|\d+ ?(?:x|times|plus|minus|por|mal|fois|mas|かける|たす"
    r"|ひく) ?\d+",
    "abuse": r"fuck|\bshit|idiot|stupid|asshole|moron|bitch|bastard|\bsuck|connard|\bcon\b|\bmerde|putain|encule|salope|imbecil"
    r"|gilipollas|mierda|\bputa|joder|arschloch|scheiss|\bfick|wichser|死ね|バカ|馬鹿|クソ|くたばれ|ふざけ|殺",
}
NAMES: tuple[str, ...] = tuple(_TABLE)
_PATTERNS = tuple(re.compile(pattern) for pattern in _TABLE.values())


def cues(folded: str) -> NDArray[np.float32]:
    """Which cues stand in the text, as ones and zeros, shape (len(NAMES),). folded: from `words.fold`."""
    return np.fromiter((1.0 if pattern.search(folded) else 0.0 for pattern in _PATTERNS), np.float32, len(_PATTERNS))


def has(name: str, folded: str) -> bool:
    """Whether one cue stands in the text."""
    return _PATTERNS[NAMES.index(name)].search(folded) is not None
