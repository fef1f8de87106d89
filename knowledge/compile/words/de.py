"""German policy words."""

WORDS: dict[str, str] = {
    "cancel": "~storn~ / annull~ / widerruf~ sie die bestellung / kundig~",
    "edit": """
        (farb|grossen|adress)(wechsel|tausch)~ /
        anzupass~ / abzuander~ / umzuander~ /
        ~ander~ / ~geander~ / ~anderung~ / bearbeit~ / anpass~ / angepasst / ~anpassung~ / korrigier~ / ~korrektur~ / modifizier~ /
        aktualisier~ / berichtig~ / editier~
    """,
    "swap": """
        gewechselt / zu wechseln / wechsel der (grosse|farbe) / wechseln / (eine |in eine |gegen eine )?andere (grosse|farbe) /
        tauschen .. (grosse|farbe) / auswahlen
    """,
    "remove": "entfern~ / herausnehm~ / herausgenommen / losch~ / geloscht / streich~ / gestrichen / weglass~",
    "add": "hinzufug~ / hinzugefugt / hinzuzufug~ / erganz~ / zusatzliche / nachbestell~ / dazulegen / erweiter~",
    "return": """
        zuruckgesandte~ / zuruckgesendete~ / zuruckgeschickte~ / zuruckgegebene~ /
        ruckgabe~ / zuruckgeb~ / zuruckgegeben / zuruckzugeb~ / zuruckzusend~ / zuruckschick~ / zuruckgeschickt / zuruckzuschick~ /
        zurucksend~ / zuruckgesendet / zuruckgesandt / zuruckgenommen / zurucknehm~ / nehmen .. zuruck / retour~ / rucksendung~ /
        rucknahme~ / retournier~ / schicken .. zuruck / senden .. zuruck / geben .. zuruck
    """,
    "exchange": "umtausch~ / umgetauscht / umzutausch~ / tauschen .. um / austausch~",
    "refund": """
        erstatt~ / ruckerstatt~ / zuruckerstatt~ / ruckzahl~ / zuruckzahl~ / zuruckgezahlt / geld zuruck / gutgeschrieben /
        gutschrift~ des betrags / ruckuberweis~
    """,
    "locked": "gesperrt / fixiert / eingefroren / verriegelt / sperren wir",
    "final": """
        alle verkaufe sind (endgultig|final) / verkauf ist endgultig / alle kaufe sind endgultig /
        vom umtausch und storno ausgeschlossen sind alle
    """,
    "order": "~bestell~ / ~auftrag / auftrage / auftrags / einkauf / einkaufe / kauf",
    "item": "artikel~ / produkt / produkte / produkten / ware / waren / position / positionen / stucke? / gegenstande",
    "one_item": """
        einzeln /
        (einzelne[rnms]?|ein einzelne[rnms]?|ein|einen|einzelner|bestimmte|mehrere)
        (artikel|position|positionen|produkt|produkte|stucke?) /
        teil(e)? (der|ihrer|deiner|einer) bestellung / teilstorn~ /
        (artikel|positionen|produkte) (aus|einer|der|ihrer|deiner) (der |einer |ihrer |deiner )?bestellung / einzelpositionen /
        einen artikel
    """,
    "size": "grossen(wechsel|anderung|tausch)~ / grosse / grossen / ~grosse",
    "colour": "farb(wechsel|anderung|tausch)~ / farbe / farben / farbton",
    "variant": "varianten? / ausfuhrung~ / produktoptionen / modell",
    "quantity": "~menge / ~mengen / anzahl / stuckzahl",
    "more": r"erhoh~( oder (verringer|reduzier|senk)\w*)? / vergrosser~ / aufstock~",
    "fewer": "verringer~ / reduzier~ / senk~ / vermindern",
    "address": "~adresse / ~adressen / ~anschrift / lieferdaten / empfanger",
    "country_move": """
        (anderes|anderen|ein anderes|neues|abweichendes) land / landerwechsel / landeswechsel / wechsel des landes / land zu wechseln /
        lieferland~ / anderen landern
    """,
    "same_country": "(innerhalb|in) desselben landes / gleichen landes / selben land~ / gleichen land",
    "other_product": """
        (ein |gegen ein |in ein |einen |anderes |gegen einen )(anderes|anderen|anderer) (produkt|artikel|modell) / anderes produkt /
        anderer artikel / anderen artikel
    """,
    "other_thing": """
        bestellnummer~ / auftragsnummer~ / gravurtext~ / sendungsnummer~ /
        wahrung / kreditkarte~ / benutzername~ / versanddienstleister(?= (kann|wechseln|andern)) / lieferdienst / zahlungskarte /
        geschenknachricht~ / grusskarte~ / grussbotschaft / nachricht / geschenkverpackung~ / rechnung / rechnungen / rechnungsadresse /
        rechnungsanschrift / mwst / e-?mail-?adresse~ / e-?mail / telefonnummer~ / kontaktdaten / passwort~ / abo / abos / abonnement~ /
        verlangerung / haufigkeit / newsletter / termin / termine / reservierung~ / buchung~ / zahlungs(art|methode|weise|mittel|daten)~ /
        liefer(termin|datum|zeit|zeitfenster|tag|art|option)~ / versandart / auf express / gutscheincode~ / rabattcode~ / gutscheine? /
        punkte / bewertung~ / (diese|unsere|dieser|unserer) (richtlinie|bedingungen|agb|richtlinien|nutzungsbedingungen)~ / agb /
        geschaftsbedingungen / preise? / preis / einstellungen / personenbezogen~ / daten / einwilligung / veranstaltung~ / tickets? /
        mitgliedschaft / cookies? / bargeld / bar / kundenkonto andern / profil
    """,
    "of_order": """
        (der|einer|ihrer|deiner|fur|von|zu|bei|eines|des)( (eine|einer|die|der|ihre|deine|ihrer|deiner|aufgegebenen|bestehenden|bereits))*
        ?(~bestell~|~auftrags?)
    """,
    "our_right": r"""
        garantieren / versprechen / gewahrleisten /
        wir (bearbeiten|verarbeiten|versenden) .. ~bestell~ / ~bestell~ (wird|werden) .. bearbeitet /
        (bestatig|beantwort|antwort)\w* .. (stornierung|anderung|anfrag)\w* / ~anfragen? .. (bearbeitet|beantwortet|bestatigt) /
        (stornier|ander)\w* .. (bestatig|beantwort)\w* / behalten (wir )?uns (das recht )?vor / behalten wir uns / vorbehalten /
        (wird|werden) automatisch storniert / automatisch (storniert|annulliert) / (wurde|wurden) (von uns )?storniert / stornieren wir /
        wir stornieren / (kann|konnen) von uns storniert / durch uns storniert / werden von uns storniert / wir andern /
        storniert worden
    """,
    "idiom": """
        (anderungs|stornierungs|storno)(button|link|knopf) /
        nicht unmoglich /
        anders uberleg~ / es sich anders / meinung ander~ / kein problem / keine sorge / ohne angabe von grunden / nicht nur /
        zogern sie nicht / wechselkurs~ / im austausch fur / nicht (getragen|benutzt|geoffnet|gewaschen)e?[rnms]? / ohne grund /
        ungetragen~ / bitte beachten sie / keine fragen / nichts tun
    """,
    "free": """
        kostenlos~ / kostenfrei~ / gebuhrenfrei~ / gratis / ohne (zusatzliche |weitere )?(kosten|gebuhr|gebuhren|aufpreis|zusatzkosten) /
        unentgeltlich / keine (kosten|gebuhren)( an)?
    """,
    "can": "kann / konnen / kannst / konnt / moglich / darf / durfen / erlaubt / akzeptier~ / haben / hast",
    "may": """
        kann / konnen / kannst / konnt / moglich / darf / durfen / darfst / erlaubt / akzeptieren / zulassig / anderbar / stornierbar /
        gestattet / lassen sich / lasst sich
    """,
    "not": """
        nichts /
        zu spat /
        nicht / kein / keine / keinen / keiner / keinem / unmoglich / nie / niemals / ausgeschlossen / ausgenommen / weder / ~ausschluss /
        nicht mehr / abgelehnt / lehnen .. ab / ohne moglichkeit
    """,
    "except": "ausser / mit ausnahme (von|der|des) / ausgenommen (?!sind|ist) / bis auf / abgesehen von / ausschliesslich der",
    "yes": "ja / naturlich / selbstverstandlich / gerne / sicher",
    "no": "leider (nein|nicht) / nein,? leider / nein / leider / bedauerlicherweise",
    "upto": """
        innerhalb / innerhalb von / innert / binnen / bis / bis zu / wahrend / in / fur / in den ersten / in der / der ersten / ersten /
        hochstens / maximal / spatestens / haben / haben sie / hast du / unter / weniger als / frist von / zeitfenster von / fenster von /
        betragt / zeitraum von / lang
    """,
    "after_time": """
        nach / nach ablauf von / nach mehr als / mehr als / alter als / langer als / sobald / uber / nachdem / ab / spater als /
        nach ablauf der / im anschluss an
    """,
    "at_least": "mindestens / wenigstens / zwischen / alle / minimum / jede",
    "upto_right": "lang / zeit / maximal / hochstens / um .. zu (andern|stornieren|bearbeiten)",
    "after_right": """
        (vergangen|verstrichen|abgelaufen|vorbei|um sind|verstreichen) / spater /
        (sind|ist) (vergangen|verstrichen|abgelaufen|vorbei|um)
    """,
    "placed": """
        ~bestell~ / kauf / einkauf / kaufs / kaufes / zahlung / bezahlung / checkout / bestatig~ / auftrag~ / aufgegeben / absenden /
        abschluss / eingang
    """,
    "once_placed": """
        nach (ihrer|deiner|dem|einer|der) (bestellung|kauf|einkauf|bezahlung|bestatigung) /
        (nach|sobald|einmal) .. (aufgegeben|bestatigt|bezahlt|abgeschlossen|abgesendet)e?[rnms]? /
        nach (der )?(bestatigung|bezahlung|bestellung|abschluss)
    """,
    "delivered_anchor": """
        (nach|ab|seit) (dem |der |ihrem |deinem |datum der )?(erhalt|lieferung|zustellung|empfang|eingang der
        ware|warenerhalt|ankunft|lieferdatum|wareneingang|auslieferung) /
        (nach|ab) erhalt .. (ware|bestellung|sendung|artikels?|pakets?) / erhalten haben / nach (warenerhalt|wareneingang bei ihnen) /
        (ab|nach) (dem )?tag der (lieferung|zustellung) / lieferdatum
    """,
    "release": """
        vor ..
        (erscheinung~|veroffentlichung~|release~|erscheinen|verkaufsstart|markteinfuhrung|liefertermin|erscheinungsdatum|erscheinungstermin|erstverkaufstag)
    """,
    "before_event": """
        vor (der |dem |ihrer |deinem |dem nachsten |der nachsten
        )?(lieferung|zustellung|ankunft|veranstaltung|abholung|versand|verlangerung|abholtermin|liefertermin)
    """,
    "return_in": """
        (erhalt|eingang|prufung|bearbeitung|empfang) (der|ihrer|deiner|des|einer)
        (rucksendung|retoure|ware|waren|rucksendungen|pakets|artikel|artikels|stornierung) /
        (rucksendung|retoure|ware|paket|artikel) .. (eingegangen|erhalten|gepruft|eingetroffen|eintrifft|angekommen) /
        nach (der|ihrer|deiner|einer) (stornierung|rucksendung|retoure|ruckgabe) /
        nach (stornierung|storno|retoureneingang|wareneingang) / (die|ihre|deine) retoure erhalten
    """,
    "too_late": """
        danach / spater / anschliessend / nach (dieser|der|ablauf der|ablauf dieser) (frist|zeit) / nach ablauf /
        (frist|zeit) (abgelaufen|verstrichen|vorbei) / ab diesem zeitpunkt / ausserhalb (der|dieser) frist / im anschluss /
        nach diesem zeitpunkt / im nachhinein / wenn die frist / falls die frist
    """,
    "vague": """
        normalerweise / in der regel / ublicherweise / meist / meistens / gewohnlich / in etwa / etwa / ca / circa / ungefahr / rund /
        bald / baldmoglichst / so (schnell|bald|rasch) wie moglich / schnellstmoglich / moglichst (bald|schnell|rasch) / umgehend /
        zeitnah / zugig / einige[rnms]? / ein paar / mehrere / wenige[rnms]? / in den meisten fallen / oft / haufig / wenn moglich /
        nach moglichkeit / generell / grundsatzlich / im allgemeinen / kurzer zeit / kurze zeit / angemessen~ / unverzuglich / sofort /
        gelegentlich / schnell / rasch / im einzelfall / kurzfristig / im normalfall / erfahrungsgemass / eine weile / gegebenenfalls
    """,
    "next_day": "am nachsten tag / am folgetag / folgetag / nachsten tages / am tag danach / des folgetages",
    "next_working_day": "(am |des |dem )?(nachsten|folgenden) (werktag|arbeitstag)(e?s)?",
    "same_day": "am selben tag / am gleichen tag / desselben tages / taggleich / am tag der bestellung / am bestelltag / des bestelltages",
    "working_days": r"""
        montags? bis freitags? / mo\.?( ?- ?| bis )fr / an werktagen / werktags / an arbeitstagen / von montag bis freitag / wochentags
    """,
    "placed_before": """
        bestellungen,? (die )?(bis|vor) / (bis|vor) .. eingehende bestellungen / wenn sie (bis|vor) / bei bestellungen? (bis|vor)
    """,
    "preparing": """
        vorbereit~ / bereitgestellt / bereitstell~ / vorzubereiten / verpack~ / pack~ / gepackt / packen / zu packen / kommissionier~ /
        verarbeit~ / in bearbeitung / bearbeitung (begonnen|beginnt) / bearbeitet .. lager / in produktion / produktion /
        zusammengestellt / zusammenstell~ / versandvorbereitung~ / im lager / in vorbereitung / in die fertigung
    """,
    "shipped": """
        (ubergabe|ubergeben) an (dhl|ups|hermes|gls|dpd|fedex) /
        abholung durch (den |die |das |unseren )?(paketdienst~|versanddienst~|kurier~|zusteller|dhl|post|spedition|transporteur) /
        (versanddienst~|zusteller|paketdienst~|spediteur|dhl|transporteur|kurier~|post|spedition) ubergebene[rnms]? /
        versandte[rnms]? / verschickte[rnms]? / versendete[rnms]? / versand / versandt / verschickt / verschicken / abgeschickt /
        abgesendet / abgesandt / ~versendet / versenden / versendung / ~versands / versandes / losgeschickt /
        (verlassen|verlasst|verliess|verlassen hat|verlasse) .. lager / lager .. (verlassen|verlasst) / lager (verlassen|verlasst) /
        (ubergeben|ubergabe|ubergibt|ubergebe) ..
        (versanddienst~|zusteller|paketdienst~|spediteur|dhl|transporteur|logistik~|kurier~|post|spedition) /
        (versanddienst~|zusteller|paketdienst~|spediteur|dhl|transporteur|kurier~|post|spedition) (ubergeben|ubergabe|abgeholt|ubergibt) /
        (ubergabe|ubergeben) an (den|die) (versanddienst~|zusteller|paketdienst~|spediteur|dhl|transporteur|kurier~|post|spedition) /
        unterwegs / auf dem weg / in zustellung / rausgeht / ausgeliefert wird / hinausgegangen
    """,
    "delivered": "zugestellt / geliefert / ausgeliefert",
    "open_stage": "offen / noch nicht gesperrt / ausstehend",
    "before": "bis / bevor / bis zum / bis zur / vor / vor dem / vor der / ehe / vor beginn der / bis zu dem zeitpunkt / bis kurz vor",
    "while": "solange / wenn / falls / sofern / so lange / vorausgesetzt / die / der / das / deren / unter der voraussetzung",
    "after": "sobald / nachdem / nach / nach dem / nach der / ab / ab dem / seit / bereits / schon / wenn / einmal / ist",
    "unless": "es sei denn / ausser wenn / sofern nicht / ausser sie",
    "negation": "nicht / noch nicht / nie / kein / keine",
    "not_yet": "noch nicht / nicht / un",
    "not_shipped": """
        unversandte?[rnms]? / noch nicht (versandte?|verschickte?|versendete?|versendeten|ausgelieferte?)[rnms]? /
        nicht versandte?[rnms]? / (noch )?nicht verschickte?[rnms]?
    """,
    "not_packed": "unbearbeitete?[rnms]? / unverpackte?[rnms]?",
    "stage_tail": """
        (wurde|wurden|ist|sind|wird|worden|hat|haben|war)( worden| ist| wurde)? / begonnen( hat| wurde| wird)? / beginnt / beginnen /
        zu .. (beginnt|begonnen)
    """,
    "negation_right": "(noch )?nicht",
    "perfect": "wurde / wurden / ist / sind / worden / bereits / schon / hat / haben / einmal",
    "described": "(bestellung|bestellungen|artikel|waren|produkte|pakete|positionen)",
    "participle": "versandte[rnms]?|verpackte[rnms]?|verschickt|verschickte|versendete|verpackte|versandten|.*ubergebene[rnms]?",
    "personalised": """
        personalisier~ / gravier~ / ~gravur~ / bestickt~ / massgefertigt~ / massanfertigung~ / sonderanfertigung~ / individualisier~ /
        nach mass / massgeschneidert~ / auf bestellung gefertigt~ / individuell (gefertigt|angefertigt)~ / mit namen / monogramm~ /
        kundenspezifisch~ / einzelanfertigung~
    """,
    "pre_order": "~vorbestell~ / ~vorbestellung~ / preorder~ / pre-order~ / vorverkauf",
    "final_sale": "final sale / endgultiger verkauf / (vom|als) final sale / restposten final / final-sale-artikel",
    "digital": "digital~ / download~ / e-?books? / software / herunterlad~",
    "gift_card": "geschenk(karte|gutschein)~ / gutscheinkarten?",
    "express": "express~ / ~express / eilbestellung~ / eilversand / uber nacht / next-day / vorrang",
    "standard": "standard(versand|lieferung|bestellung)~",
    "pick_up": "abholung (im|in) / click (and|&) collect / selbstabhol~ / abholbestellung~ / filialabholung",
    "local": "lokale (lieferung|zustellung)",
    "b2b": "b2b / geschaftskund~ / grosshandel~ / firmenkund~ / gewerblich~ / handler",
    "discounted": r"""
        mit (einem )?(rabattcode|gutschein|gutscheincode|rabatt)~ .. (bestell|bezahl|aufgegeben|gekauft)\w* /
        bestellungen mit (einem )?(rabattcode|gutschein|gutscheincode|rabatt)
    """,
    "vip": "vip~",
    "over": "uber / mehr als / ab / oberhalb / hoher als / im wert von uber / von mehr als / ubersteig~",
    "under": "unter / weniger als / unterhalb",
    "over_right": "und mehr / oder mehr / ubersteig~",
    "order_over": "bestellungen (uber|ab|von mehr als|im wert von uber|mit einem (wert|bestellwert) (von )?(uber|ab))",
    "international": "international~ / ins ausland / ausland~ / auslandsbestellung~ / ausserhalb deutschlands",
    "outside": "ausserhalb( der| von)? / nicht in",
    "to_place": r"""
        (bestell\w*|liefer\w*|versand\w*|sendung\w*|paket\w*)( nach| in| in die| ins| in der| aus| ausserhalb)( der| die| von)? /
        (nach|in die|ins|ausserhalb( der| von)?)
    """,
    "they": "sie / diese / dieser / dieses / diesen / solche / jene / es / ihnen / denen",
    "other_orders": """
        alle (anderen |ubrigen )?bestellungen / andere bestellungen / ubrigen artikel / jede bestellung / alle anderen artikel
    """,
    "restock": """
        wiedereinlager~ / wiedereinlagerungs~ / ruckeinlager~ / bearbeitungs(gebuhr|pauschale)~ / storno(gebuhr|kosten|pauschale|geb)~ /
        stornierungs(gebuhr|kosten|pauschale)~ / restocking~ / einlagerungsgebuhr~ / rucknahmegebuhr~ / ruckgabegebuhr~ /
        retouren(gebuhr|pauschale)~ / aufbereitungs~
    """,
    "fee": "~gebuhr~ / ~pauschale / abzug~ / abzieh~ / abgezogen / einbehalt~ / berechn~ / kosten / erheben",
    "no_fee": """
        keine (wiedereinlagerungs|storno|stornierungs|bearbeitungs|restocking|rucknahme)?-?(gebuhr|gebuhren|kosten) / nie / niemals /
        keinerlei / entfallt / nicht (berechnet|erhoben) / befreit / verzichten
    """,
    "cap": "maximal / hochstens / bis zu / begrenzt auf / max",
    "bank": """
        ~bank / banken / kreditinstitut~ / kartenherausgeber~ / kontoauszug / kartenanbieter / paypal / ~konto /
        kreditkarten(institut|unternehmen)
    """,
    "issue": r"""
        (wir|uns) .. (veranlass|erstatt|bearbeit|uberweis|zahl|nehmen|leist|los)\w* / (veranlassen|erstatten|uberweisen|bearbeiten) wir /
        (veranlasst|ausgefuhrt|bearbeitet|angewiesen|vorgenommen|ausgelost)
    """,
    "original": r"""
        (ursprunglich|original|gleiche|selbe)\w* (zahlungs(art|methode|mittel|weg|weise)|karte|zahlungsmethode|bezahlmethode) /
        (verwendete|genutzte|benutzte|eingesetzte)[rnms]? (zahlungs(art|methode|mittel|weg|weise)|karte|kreditkarte|bezahlmethode) /
        dieselbe (zahlungsart|karte|zahlungsmethode) / selben (zahlungsweg|zahlungsart) /
        (zahlungs(art|methode|mittel|weg)), (die|das|den|mit) / demselben zahlungsmittel / dasselbe zahlungsmittel /
        originalen zahlungs~
    """,
    "store_credit": "shop-?guthaben / guthaben / ladenguthaben / einkaufsgutschein / store credit / kundenguthaben / warengutschein",
    "keep": """
        wenn sie .. bezahlt / bei zahlung / bei bezahlung / bestellungen, die .. bezahlt / aufbewahrt / reserviert / reservieren /
        vorautorisierung / teilweise mit / aufbewahren / doppelte
    """,
    "price_gap": "differenz / gunstiger / teurer / preisunterschied~ / preissenkung / weniger kostet / neue gesamt~",
    "contact": """
        telefonisch /
        (von|durch|uber) (unser|unseren|unserem) (team|kundenservice|support|mitarbeiter)~ / per (e-?mail|telefon|chat) / kontaktier~ /
        schreib~ / ruf(en|t)? .. an / rufen / melden / meld dich / wend~ / anruf~ / ansprechen / sprechen / teilen .. mit / kontakt /
        bitten sie / fragen sie / informieren sie uns / mailen / anschreiben / melde dich / nachricht an
    """,
    "person": "(unser|unseren|unserem|das|dem) ?(team|kundenservice|kundendienst|support|mitarbeiter) / kundenservice / kundendienst",
    "new_order": """
        (neue|neuen|zweite|weitere|separate|gesonderte|erneute|eine weitere|andere)[rnms]? bestellung / neu bestellen / erneut bestellen /
        nochmals bestellen / bestellen sie (erneut|neu) / separat bestellen / neu(e)? bestellung
    """,
    "add_item": r"""
        (artikel|produkte?|waren?|etwas|positionen?|artikeln) .. (hinzu\w*|erganz\w*) /
        (hinzu\w*|erganz\w*) .. (artikel\w*|produkte?n?|waren?|etwas) / hinzufugen von /
        (bestellung|auftrag) .. (hinzu\w*|erganz\w*|erweiter\w*) / nachtraglich .. hinzu\w*
    """,
    "partial": """
        bestellung(en)? (wird|werden|wurde) (aufgeteilt|geteilt) / in mehreren paketen /
        (ein|einzelne|einige|einer der) (artikel|produkt|paket)~ .. (versandt|verschickt|versendet)~ /
        (mehreren?|zwei|getrennten?|verschiedenen?) (pakete|paketen|sendungen|lieferungen) / teillieferung~ / teilversand~ / teilweise /
        (ein )?teil (ihrer|deiner|der|einer) bestellung / aufgeteilt~ / teilsendung~
    """,
    "rest": "artikel / produkte / rest / restlich~ / ubrig~ / verbleibend~ / die noch / waren / positionen",
    "partial_any": "wenn / sobald / nachdem / nach / ist / wurde / falls",
    "rest_only": "rest / restlich~ / ubrig~ / verbleibend~ / noch nicht / offene[rnms]? / unversandt~",
    "final_word": "endgultig / nicht mehr / final",
    "no_apply": """
        gilt nicht / gelten nicht / nicht (anwendbar|gultig) / findet keine anwendung / finden keine anwendung / nicht fur .. gilt /
        (gilt|gelten) .. nicht(?=[.,;]|$) / (gilt|gelten) .. nicht (fur|bei)
    """,
    "window_word": "frist / fenster / zeitfenster / grenze / ~frist / zeitraum / regel / zeit / ~fenster",
    "help": "fragen / hilfe / problem / unklar~ / probleme",
    "trouble": """
        punkte / beschadigt~ / defekt~ / kaputt~ / mangel~ / falsche[rnms]? / fehlt / fehlende[rnms]? / verloren~ / garantie~ /
        gewahrleistung~ / reklamation~ / preissenkung / fehlerhaft~ / abgelehnt
    """,
    "delivery_topic": """
        (lieferung|versand) (dauert|erfolgt|kostet|ist kostenlos) / versandkosten / lieferzeit~ / offnungszeiten / punkte / geoffnet /
        verlassen unser lager / versandfertig / lieferbar / in (unseren )?filialen
    """,
    "but": "aber / jedoch / allerdings / hingegen / wahrend andere / wobei / danach / woraufhin / sondern / dagegen",
    "join": "und / oder / sowie / aber / bzw",
    "stop": "kann / konnen / ist / sind / wird / werden / nicht / bis / innerhalb / lassen / durfen / haben / solange",
    "clock_before": "bis / bis spatestens / spatestens / vor / spatestens um / spatestens bis / bis um / ist",
    "clock_after": "nach / ab / spater als",
    "time_cue": "nicht spater als / nicht mehr als / nicht langer als",
    "even_if": "auch wenn / selbst wenn / unabhangig davon / auch falls / egal ob",
    "customer": "kunden? / mitglieder / kundinnen",
    "edit_order": r"""
        ~bestell~ .. (ander|geander|bearbeit|anpass|angepasst|korrigier|modifizier|anzupass|zu ander|zu bearbeit)\w* /
        (ander|bearbeit|anpass|korrigier)\w* .. bestellung(en)? / bestellanderung~ / auftragsanderung~ /
        (anderung|anpassung|bearbeitung|korrektur)(en)? (an |der |ihrer |deiner |von |einer |zu |einer )+(bestellung|bestellungen|auftrags)
    """,
    "online": "(in|uber) (ihrem|deinem) (konto|kundenkonto) / online / selbst / im kundenkonto / auf der website / selber / automatisch",
    "excluded": "ausgeschlossen / ausgenommen / nicht (enthalten|inbegriffen|berechtigt) / ausnahmen?",
    "conditional": "^(wenn|falls|sollte) / es sei denn",
    "conditional_first": "^(wenn|falls|sollten?)",
    "subject_end": "konnen / kann / sind / ist / werden / wird / nicht / lassen / durfen / nehmen",
    "you": """
        sie / wir / ihr / ihre / ihrer / du / dein / unser / unsere / uns / es / dies / diese / fur / weil / da / aus / leider / damit /
        man / einer / eine / ein / nach / danach
    """,
    "once_only": "anderungen? / stornierungen? / ruckgaben?",
    "list_mark": "und / oder / , / sowie / bzw",
    "issue_only": "(?!)",
    "for_cash": "bargeld / bar / auszahl~",
    "date": "januar / februar / marz / april / mai / juni / juli / august / september / oktober / november / dezember / weihnacht~",
    "delivery_cost": "versandkosten / versandgebuhr~",
    "filler": """
        der / die / das / den / dem / des / ein / eine / einer / einem / einen / und / oder / ist / sind / wird / werden / worden / sie /
        ihr / ihre / ihrer / ihren / wir / uns / unser / es / dies / diese / im / in / an / am / auf / mit / von / vom / zu / zum / zur /
        fur / bei / ja / nein / noch / nur / auch / alle / allen / zeit / frist / nach / vor / bis / tag / tage / stunde / stunden /
        minuten / selbst / selber / man / sich / du / dein / deine / so / lang / lange / moglich / mehr / bitte / dann / ab / ersten /
        komplett / vollstandig / ganz / ganze / haben / hat / innerhalb / nicht
    """,
    "determiner": """
        der / die / das / den / unsere / alle / ein / eine / einige / manche / jede / diese / leider / bestellungen? (von|mit|mit dem) /
        bitte beachten sie,? dass
    """,
    "bound_cue": """
        am selben tag / am gleichen tag / taggleich / sobald / nach / nachdem / bis / bevor / vor / solange / innerhalb / wahrend / ab /
        spatestens / binnen
    """,
    "weekday": "montags? / dienstags? / mittwochs? / donnerstags? / freitags? / samstags? / sonntags? / wochenende~ / feiertag~",
    "wrong": "falsche[rnms]? / fehlerhafte? / fehler in / vertippt",
    "faulty": "mangel~ / mangeln / mangel~ / defekt~ / beschadig~ / fehlerhaft~",
    "release_alone": r"""
        bis (zum|zur) (erscheinung~|erscheinen|veroffentlichung~|release~|verkaufsstart|marktstart)
    """,
    "upto_strong": r"""
        zeit / lang
    """,
    "deadline": r"""
        annahmeschluss / schluss / frist / stichzeit
    """,
    "not_all": r"""
        nicht (alle|jede[rnms]?) / manche / nur einige / einige bestellungen
    """,
    "reason": r"""
        weil / (?<!sei )denn / da sie / da diese
    """,
    "channel": r"""
        (per|uber|via) (telefon|e-?mail|chat|sms|fax|post) / telefonisch / (in|uber) der app / im (laden|geschaft) / soziale medien
    """,
    "if": r"""
        wenn / falls / sofern / ob
    """,
}
