"""French policy words."""

WORDS: dict[str, str] = {
    "cancel": "annul~ / resili~ / stopper (une|la|votre) commande",
    "edit": """
        modif~ / chang~ / corrig~ / correction~ / mettre a jour / mise a jour / mis a jour / mise[s]? a jour / ajust~ / rectifi~ /
        editer / edite / editee / editees / editez / editable / retouch~
    """,
    "swap": """
        choisir une autre / choisir un autre / passer a une autre / opter pour une autre / (une|autre) taille / remplacer / remplace /
        echanger avant
    """,
    "remove": "retir~ / supprim~ / enlev~ / ote / oter / suppression~",
    "add": "ajout~ / complete~ / supplementaires?",
    "return": """
        retourn~ / retour / retours / renvoy~ / renvoi / renvoie / ne reprenons / reprenons / repris / reprise / reprises / restitu~
    """,
    "exchange": "echang~",
    "refund": "rembours~",
    "locked": r"verrouill~ / commandes? .. (est|sont|sera|seront) (bloqu|fig|gel|clos)\w*",
    "final": "(toute|toutes les) ventes? (est|sont) (definitives?|fermes?) / ventes? fermes? et definitives?",
    "order": "commande / commandes / commander / achat / achats",
    "item": "article / articles / produit / produits / piece / pieces / ligne / lignes / marchandises?",
    "one_item": """
        individuellement / separement / a l'unite / un par un /
        (une|un) (seule|seul) (ligne|article|produit) / (un|certains|un ou plusieurs|chaque) (articles?|produits?) /
        une partie (de|des) (la|votre|vos|une|articles) ?(commande)? / annulations? partielles? /
        (article|articles|produit|produits) de (la|votre|vos) commandes? / une (ligne|piece)
    """,
    "size": "taille / tailles / pointure / pointures",
    "colour": "couleur / couleurs / coloris / teinte / teintes",
    "variant": "declinaisons? / variantes? / options? (du|de|des) (produits?|articles?) / modele / modeles",
    "quantity": "quantites? / nombre (d'articles|de pieces|d'unites)",
    "more": "augment~( ou (de )?(diminuer|reduire|baisser))? / hausse / plus grande quantite",
    "fewer": "(diminu|redui|baiss)~ / a la baisse",
    "address": "adresses?( de livraison| postale)? / coordonnees de livraison / lieu de livraison / destinataire",
    "country_move": """
        le pays (de livraison|de destination) /
        changement de pays / changer de pays / changer le pays / (un|d') ?autre pays / pays different / pays de livraison /
        vers l'etranger
    """,
    "same_country": "(dans le|au sein du|a l'interieur du) meme pays / meme pays",
    "other_product": """
        (un |par un |pour un )?(produit|article|modele) (different|autre) / (un |d')autre (produit|article|modele) / produits differents /
        autres produits / par un autre article
    """,
    "other_thing": """
        numero de commande /
        transporteurs?(?= (ne|est|peut|de votre|d'une)) / devises? / points de fidelite / mot de passe / identifiant / papier cadeau /
        mode d'expedition / carte bancaire /
        carnet d'adresses / panier / liste d'envies / message cadeau / le message / emballage cadeau / carte de voeux / factures? / tva /
        adresses? (e-?mail|electronique|de facturation|mail) / numero de (telephone|mobile) / vos coordonnees / mot de passe /
        abonnements? / renouvellements? / frequence / newsletter / rendez-vous / reservations? /
        (moyen|mode|methode|carte) (de paiement|bancaire) / (date|creneau|mode|jour|heure|delai|option|methode)s? de livraison /
        de standard a express / code promo / codes promo / bon de reduction / un avoir / points / avis /
        (cette|ces|nos|les presentes) (politiques?|conditions|cgv) / conditions generales / prix / tarifs? / preferences /
        donnees personnelles / consentement / evenements? / billets? / adhesion / cookies? / le montant / en especes / profil /
        compte client
    """,
    "of_order": """
        (de|d'|de la|de votre|d'une|des|pour|sur|dans|pour la|pour une|sur une|sur la|sur votre|pour votre)( (la|une|votre|vos|les))*
        ?commandes?
    """,
    "our_right": r"""
        (garantir|promettre|assurer) / ne garantissons /
        (merci de|veuillez|nous vous prions de) ne pas (annuler|modifier|retourner|renvoyer|changer) /
        n'annul~ .. sans (vous|votre) /
        (repond|confirm|trait)\w* (l'|d'|votre |vos |toute |la )+(annulations?|modifications?|demandes?) /
        (repond|confirm|trait)(ons|ez|era|erons|rons|ent|er|re|ra)? .. (annulations?|modifications?|demandes?) /
        demandes? .. (traitee|repondu|confirmee)s? /
        (nous|equipe|service client) .. (confirm|repond|trait)\w* (votre|l'|la|toute|vos) / reserv~ le droit / se reserve le droit /
        (sera|seront) (automatiquement )?annulee?s? / annulee?s? (automatiquement|par nos soins) / a ete annulee?s? / ont ete annulee?s? /
        nous (pouvons etre amenes a|pourrons|devons) annuler / nous annulons / nous annulerons / nous avons annule
    """,
    "idiom": """
        (bouton|lien|page) (de modification|d'annulation|modifier|annuler) /
        pas impossible / n'est pas exclu /
        non (portee?s?|utilisee?s?|ouverte?s?|lavee?s?|descellee?s?|entamee?s?|abimee?s?|endommagee?s?) / chang~ d'avis /
        changement d'avis / aucun probleme / pas de probleme / sans motif / sans justification / non seulement / n'hesitez pas /
        taux de change / en echange / ne vous inquietez pas / si vous n'etes pas sur / sans raison / rien a faire / que ce soit /
        non ouvres?
    """,
    "free": """
        sans (aucun )?frais( supplementaires?)? / gratuit~ / sans (surcout|cout|penalite|supplement)s? / aucuns? frais /
        sans que (cela|des frais) / offerts?
    """,
    "can": """
        pouvez / peut / peuvent / possible / possibles / autorise~ / accepte~ / permis / permet~ / avez / dispose~ / eligible~ / libre /
        modifiable / annulable
    """,
    "may": """
        pouvez / peut / peuvent / pouvons / pourrez / pourra / possible / possibles / autoris~ / accept~ / permis / permet~ / disposez /
        eligibles? / libre de / modifiables? / annulables? / avez la possibilite / avez le droit
    """,
    "not": r"""
        rien (ne|n')~ / plus rien /
        ne / n' / n'(est|a|ont|avons|accept\w*|autoris\w*|effectu\w*|offr\w*|etes|y)~ / impossible / impossibles /
        non (modifiable|annulable|remboursable|echangeable|repris|retournable|eligible)s? / aucune? / exclu~ / ni / jamais /
        pas possible / plus possible / pas / plus (possible|etre) / trop tard / interdit~ / refus~ / non
    """,
    "except": """
        hors(?! (de|d'|du|ue|l'|union|france|taxes|delai|saison|europe|tva|jours|week|frais|metropole|zone)) /
        sauf / excepte~ / a l'exception (de|des|du) / hormis / a part / en dehors (de|des|du) / mis a part / exception faite (de|des|du)
    """,
    "yes": "oui / bien sur / tout a fait / absolument",
    "no": "malheureusement (non|pas) / non,? malheureusement / non,? desole / non / malheureusement / desole / helas",
    "upto": """
        dans / dans les / dans la / sous / pendant / durant / en / jusqu'a / en moins de / au plus tard / maximum / au maximum / les /
        premieres? / disposez de / avez / delai de / avant / fenetre de / a concurrence de / endeans / d'ici / moins de / est de /
        limite de / periode de / seulement
    """,
    "after_time": """
        apres / au-dela de / au-dela des / au-dela d' / au-dela / passe / passees? / passe un delai de / plus de / depuis plus de /
        une fois / apres un delai de / a l'issue de / a l'expiration de
    """,
    "at_least": "au moins / au minimum / minimum / entre / toutes les / chaque / pas moins de",
    "upto_right": """
        maximum / au (maximum|plus|plus tard) / max / suiv~ / qui suiv~ / seulement / pour (modifier|annuler|changer|corriger|effectuer) /
        a compter / a partir
    """,
    "after_right": """
        plus tard / ecoulee?s? / passee?s? / depassee?s? / (sont|est) (ecoulee?s?|passee?s?|depassee?s?) / revolue?s? / se sont ecoulees /
        s'est ecoulee?
    """,
    "placed": """
        achat / achats / commande / commandes / passation / passage / paiement / validation / valid~ / confirm~ / l'avoir passee /
        apres la commande / passee? / passees / regler / reglement / checkout
    """,
    "once_placed": """
        (une fois|apres|des que|lorsque|des) .. (achetee?s?|commandee?s?) /
        apres (l'|leur |votre |la |une )?(achat|commande|validation)(?! (dans|sous|pendant)) /
        (une fois|apres|des que|lorsque|des) .. (passees?|confirmees?|validees?|payees?|passee|validee) /
        des (la|sa) (validation|confirmation) / apres (la |sa )?(validation|confirmation|paiement) / une fois confirmees?
    """,
    "delivered_anchor": """
        (suivant|suivent|apres|depuis|des|a compter de|a partir de|a compter|de (?=la|sa|votre|le)) ?(la |sa |votre |le jour de la
        |la date de )?(livraison|reception|date de livraison|remise en main) /
        (qui )?suiv~ (la |sa |votre )?(livraison|reception|date de livraison) / apres (avoir recu|l'avoir recue?s?) /
        une fois (livree?s?|recue?s?|le colis recu) / apres (la )?reception / jour de reception
    """,
    "release": """
        avant .. (sortie|lancement|parution|mise en vente|date d'expedition|date de sortie|disponibilite|publication) /
        de (la sortie|leur sortie)
    """,
    "before_event": "avant (la|votre|l'|le|leur) ?(livraison|arrivee|evenement|retrait|expedition|prochain~|renouvellement|envoi|depart)",
    "return_in": """
        (l'arrivee|arrivee|arrive) d'un retour( dans notre entrepot)? /
        apres (une|l'|votre) annulation( ou l'arrivee d'un retour( dans notre entrepot)?)? /
        (reception|receptionn~|recu|controle|verification|traitement|inspection) (de |du |des |de la |de votre |de vos )?(votre |vos
        |le |la |les )?(retours?|colis|articles?|produits?|marchandises?) /
        (retour|colis|articles?|produits?) .. (recus?|receptionn~|controles?|parvenus?) /
        (apres|suivant) (l'|votre |la )?(annulation|retour)( ou .. retour)? / annulation ou la reception du retour / de l'annulation /
        de votre annulation
    """,
    "too_late": """
        passe ce delai / au-dela(?! d) / au-dela de ce delai / ensuite / apres ce delai / apres cela / une fois (ce|le) delai /
        passe cette? /
        depasse ce delai / ce delai (passe|depasse) / si (ce|le) delai / par la suite / hors delai / apres ce moment / plus tard
    """,
    "vague": """
        en general / generalement / habituellement / normalement / d'habitude / environ / a peu pres / approximativement / bientot /
        des que possible / le plus (tot|vite|rapidement) possible / au plus vite / rapidement / quelques / plusieurs /
        la plupart du temps / souvent / dans la mesure du possible / si possible / autour de / aux alentours de / raisonnable /
        peu de temps / court / dans les meilleurs delais / dans de brefs delais / immediatement / tout de suite / aussitot que possible /
        certain temps / un moment / au cas par cas / vite / rapide / parfois
    """,
    "next_day": "le lendemain / lendemain / jour suivant / demain",
    "next_working_day": """
        (le )?(premier |prochain )?jour ouvre (suivant|d'apres) / (le )?prochain jour ouvre / lendemain ouvre / jour ouvrable suivant /
        prochain jour ouvrable
    """,
    "same_day": "le jour meme / (du|le) meme jour / jour de (la|votre) (commande|achat) / le jour de l'achat",
    "working_days": "du lundi au vendredi / lundi a vendredi / (les )?jours ouvr(es|ables) / en semaine / jour ouvre / lundi au vendredi",
    "placed_before": """
        (commandes?|achats?) (passees?|validees?|effectuee?s?|recues?) (avant|jusqu'a)( les)? / si vous commandez avant /
        commandez avant / commande passee avant
    """,
    "preparing": """
        prepar~ / emball~ / conditionn~ / traite / traitee / traitees / traites / traitement / en (cours de )?preparation /
        mise en preparation / mis en preparation / empaquet~ / mise en production / en production / lancee? en production /
        entrepot .. commenc~ / logistique
    """,
    "shipped": """
        (remise?|confiee?s?) .. (dhl|ups|chronopost|colissimo|la poste|mondial relay|fedex|gls|dpd) /
        (enlevement|ramassage|collecte)( du colis| de la commande)?( par (le|la|notre) (transporteur|poste|livreur))? /
        expedi~ / envoi / envoyee?s? / envoye / envoyes / l'envoi / partie?s? / parti / partis / partie / partent / part /
        quitt~ .. (entrepot|depot|entrepots|locaux|stock|atelier) / quitte /
        remise? .. (transporteur|poste|coursier|livreur|la poste|colissimo) / remis .. (transporteur|poste|coursier|livreur) /
        confie~ .. (transporteur|poste|coursier) / remis au transporteur / remise au transporteur /
        en cours de (livraison|transit|route|acheminement) / en transit / en route / depart / prise? en charge par / pris en charge /
        transmise? au transporteur / expedition
    """,
    "delivered": "livree?s? / livre / livres / recue?s? / l'arrivee",
    "open_stage": "ouverte?s? / modifiable / en attente / deverrouillee?",
    "before": """
        jusqu'a / jusqu'au / jusqu'a ce que / jusqu'au moment / avant / avant que / avant de / avant le / avant la / avant l' /
        avant son / avant sa / avant leur / avant toute / avant d'etre
    """,
    "while": """
        tant que / tant qu' / tant qu'elle / tant qu'elles / tant qu'il / tant qu'ils / aussi longtemps que / si / s'il / s'ils /
        lorsque / lorsqu~ / quand / a condition que / a condition qu~ / pourvu que / du moment que / qui / dont / sous reserve
    """,
    "after": """
        une fois / apres / des / des que / des qu~ / aussitot / a partir du moment / a compter / depuis / deja / sitot / apres que /
        apres l' / suivant / a partir de / a partir du
    """,
    "unless": "sauf si / sauf s'il / sauf s'ils / sauf si elle / a moins que / a moins qu~ / sauf lorsque",
    "negation": "ne / n' / n'~ / pas / jamais / non",
    "not_yet": "non encore / pas encore / non / pas encore ete / qui ne le sont pas",
    "not_shipped": r"""
        (ceux|celles) qui ne (le |l')?(sont|ont) pas( encore)?( ete)?( expedi\w*| envoy\w*)? / non (encore )?(expedie|envoye)e?s?
    """,
    "not_packed": "non (encore )?(prepare|traite|emballe)e?s?",
    "stage_tail": r"""
        (n'(a|est|ont|ait)|ne (soit|soient|s'est|sont)) (pas|plus|point)( encore)?( ete)?( (commence|debute|demarre|lance|entame)\w*)? /
        (a|ait|est) (deja )?(commence|debute|demarre|lance|entame)\w* / pas / point / pas encore / le colis /
        (la|votre|le|les|des?) (commande|colis|articles?|parcel|preparation) / a commence / commence
    """,
    "negation_right": "n'a / n'ait / n'est / n'ont / ne",
    "perfect": "a ete / ont ete / est / sont / soit / soient / ait ete / deja / a / ont / a commence / commence",
    "place_next": "en / vers / au / aux / a / hors / par / avec / dans / le / la / un",
    "noun_before": "commandes? / articles? / produits? / colis",
    "personalised": """
        personnalis~ / grave / graves / gravee / gravees / gravure / gravures / brode~ / sur[- ]mesures? / monogramm~ /
        fait(e)?s? sur commande / customis~ / a votre nom / avec (un )?prenom
    """,
    "pre_order": "precommande~ / pre-commande~ / en precommande",
    "final_sale": "vente finale / ventes finales / vente definitive / vente ferme / derniere demarque",
    "digital": "numerique~ / telecharge~ / dematerialise~ / e-?books? / logiciels? / en ligne a telecharger",
    "gift_card": "cartes?[- ]cadeaux? / cheques?[- ]cadeaux? / bons? cadeaux? / e-?carte cadeau / celle-ci",
    "express": "express / chronopost / en 24 ?h / prioritaire~ / jour suivant / livraison (rapide|le lendemain)",
    "standard": "(livraison|expedition) standard / commandes standard",
    "pick_up": """
        retrait (en|au|a la) (boutique|magasin) / click (and|&) collect / click and collect / en retrait /
        a retirer en (boutique|magasin)
    """,
    "local": "livraison (locale|par coursier|a velo)",
    "b2b": "b2b / professionnel~ / en gros / revendeurs? / grossistes? / entreprises?",
    "discounted": """
        (passees?|payees?|achetes?|effectuees?) avec un (code|bon|coupon)( promo| de reduction)? /
        commandes avec (un )?(code|bon)( promo| de reduction)?
    """,
    "vip": "vip / clients vip",
    "over": """
        plus de / superieure?s? a / au-dela de / au-dessus de / depass~ / de plus de / a partir de / excedant / dont le montant depasse
    """,
    "under": "moins de / inferieure?s? a / en dessous de / au-dessous de",
    "over_right": "et plus / ou plus / et au-dela",
    "order_over": "commandes? (de plus de|superieures? a|depassant|d'un montant superieur a|au-dela de|de plus d')",
    "international": "international~ / internationaux / a l'etranger / etranger / hors de france / hors france",
    "outside": "hors( de)?( l'| la| le)? / en dehors de / hors",
    "to_place": r"""
        (livr\w*|expedi\w*|envoy\w*|destination|commandes?|envois?|colis|a destination)( en| vers| au| aux| a| pour| de| de la|
        dans| hors)( la| le| les| l')? /
        (vers|pour|en|aux?|hors( de)?)( la| le| les| l')?
    """,
    "they": """
        ils / elles / il / elle / ceux-ci / celles-ci / ces articles / ces produits / ces pieces / ces commandes / ceux qui / celui-ci /
        celle-ci / leur / leurs / ceci / cela
    """,
    "other_orders": """
        toutes les (autres )?commandes / les autres commandes / autres articles / tous les autres / les autres articles / toute commande
    """,
    "restock": """
        remise en stock / restockage / reapprovisionnement /
        frais (de dossier|de gestion|d'annulation|de traitement|de retour|de reconditionnement|de manutention|de remise) /
        reconditionnement
    """,
    "fee": "frais / retenue / retenu / retenus / deduits? / deduction / facture~ / penalite / retenons / deduisons / prelev~",
    "no_fee": "jamais / aucuns? / pas de frais / ne facturons / sans frais / n'y sont jamais / ne sont pas soumis / exoner~ / sont offerts",
    "cap": "maximum / plafonn~ / dans la limite de / jusqu'a / au plus / plafond",
    "bank": "banques? / emetteur / etablissement bancaire / organisme bancaire / crediter / compte bancaire / releve / paypal",
    "issue": """
        nous l'(effectuons|emettons|traitons|initions|envoyons) / nous (les|vous) (effectuons|remboursons|emettons) /
        nous .. (effectuons|remboursons|emettons|traitons|envoyons|procedons|declenchons) /
        (effectuee?s?|emise?s?|emis|traitee?s?|lancee?s?|declenchee?s?|initiee?s?) / nous effectuons / nous remboursons / nous procedons /
        nous emettons
    """,
    "original": """
        (moyen|mode|methode) de paiement (d'origine|initiale?|utilise|original|que vous avez utilise|de la commande|employe) /
        (meme|meme moyen) (moyen|mode|carte|methode)( de paiement)? / paiement d'origine /
        (la )?carte (utilisee?|ayant servi|d'origine|initiale) / moyen d'origine / carte bancaire utilisee / meme moyen de paiement
    """,
    "store_credit": "un avoir / d'avoir / avoirs / bon d'achat / credit boutique / credit en boutique",
    "keep": """
        si vous avez paye / pour les paiements / commandes payees / en cas de paiement / garde / gardes / conserv~ / reserv~ /
        preautorisation / doublon / en attente / en partie / payes en partie / partiellement par
    """,
    "price_gap": """
        difference / coute (moins|plus) / moins cher / plus cher / nouveau total / baisse de prix / total (inferieur|superieur|est) /
        solde / solder
    """,
    "contact": """
        nous (prevenir|contacter|appeler|ecrire|joindre|informer|signaler) /
        par courriel / uniquement par telephone /
        par (notre|nos|l') ?(equipe|service|conseillers|support)~ / par (e-?mail|telephone|chat) / contact~ / ecriv~ / ecrire / appel~ /
        joign~ / adressez-vous / demandez / prevenez / telephon~ / envoyez-nous / demander a / adresser a / signalez / aupres de /
        faites-nous signe / en nous / indiquez-nous / repondez / rapprochez-vous
    """,
    "person": """
        (notre|nos|l'|un|une|le) ?(equipe|equipes|conseillers?|service client|support|conseillere|service clientele|personne) /
        service client
    """,
    "new_order": """
        (passez|faites|creez)-en .. (nouvelle|autre) / (passez|faites) .. nouvelle$ /
        (passer|passez|effectuer|effectuez|faire|faites) .. (nouvelle|seconde|autre|deuxieme) commande / nouvelle commande /
        seconde commande / commande separee / recommand(er|ez) / autre commande / deuxieme commande
    """,
    "add_item": """
        ajout~ .. (articles?|produits?|quelque chose|pieces?|element) / (articles?|produits?) .. ajoutee?s? /
        ajout (d'|de |d'un )(articles?|produits?) / completer (votre|une|la) commande
    """,
    "partial": """
        commandes? (est|sont|a ete|ont ete) (fractionnee|scindee|divisee|separee)s? / en plusieurs (fois|colis|envois) /
        (un|certains|l'un des) (article|produit|colis)~ .. (expedie|envoye|parti)~ /
        (plusieurs|deux|differents) (colis|envois|paquets|expeditions) / partiel~ / en partie / une partie .. (expedie|envoye|partie)~ /
        expediee?s? en plusieurs / livraison en plusieurs / colis separes / commande fractionnee / une partie de (votre|la) commande
    """,
    "rest": "articles? / produits? / ceux / celles / reste / restants? / restantes? / autres",
    "partial_any": "des / une fois / si / lorsque / quand / apres / des que / des qu'une",
    "rest_only": "(le|du|au) reste / restants? / restantes? / pas encore / ne le sont pas / autres",
    "final_word": "definitifs? / definitives? / ne peuvent plus",
    "no_apply": """
        ne (s'appliqu|vaut|valent|concern)~( pas)? / s'applique pas / s'appliquent pas / n'est pas applicable / ne sont pas concernes? /
        non applicable / n'est pas valable
    """,
    "window_word": "delai / fenetre / limite / regle / periode / duree",
    "help": "questions? / aide / probleme / doute / besoin d'aide",
    "trouble": """
        endommag~ / defectueu~ / defaut de / casse / cassee / tache / tachee / dechire / errone / erronee / manquant~ / perdu / perdue /
        garantie / garantis / points / abime~ / non recu / baisse de prix / oublie / refusee?
    """,
    "delivery_topic": """
        (livraison|expedition) (prend|dure|en|sous|coute|gratuite) / frais de (port|livraison) / ouvertes? (du|de) / boutiques / points /
        livree? (en|sous) / quittent notre entrepot / delai de livraison / delais de livraison
    """,
    "but": """
        mais / toutefois / cependant / neanmoins / en revanche / alors que / tandis que / apres quoi / par contre / (?<=, )ensuite /
        au-dela de quoi / et ensuite / puis
    """,
    "join": "et / ou / mais / tandis que",
    "stop": "peut / peuvent / pouvez / est / sont / ne / n'est / jusqu'a / dans les / pendant / avant / sous / ont / a",
    "clock_before": """
        clos~ a / ferm~ a / s'arretent? a / prennent fin a / cloturee?s? a / jusqu'a / avant / au plus tard a / au plus tard / d'ici /
        avant les
    """,
    "clock_after": "apres / a partir de / des / passe / au-dela de",
    "time_cue": "pas plus de / au plus tard",
    "even_if": "meme si / meme lorsque / meme quand / quand bien meme / que ce soit / peu importe",
    "customer": "clients? / membres? / clientes?",
    "edit_order": r"""
        (modifi\w*|chang\w*|corrig\w*|ajust\w*|edit\w*)( a)?( une| la| votre| vos| les| l'| leur| cette| des)* (commandes?|achats?) /
        modifications? (de|d'une|de la|de votre|des|sur|a) (la |votre |une )?commandes? / modifications? a votre commande /
        commandes? .. (peut|peuvent|pouvez|ne) .. (etre |plus |pas )*(modifi|chang)\w* / changements? (a|sur|de) (votre|la|une) commande
    """,
    "online": """
        (dans|via|a partir de|sur) votre (compte|espace client|page de suivi) / en ligne / vous-meme / vous-memes / depuis votre compte /
        sur le site / automatiquement
    """,
    "excluded": "exclu~ / non eligibles? / pas eligibles? / pas concernee?s? / hors / ne sont pas concernes?",
    "conditional": "^(si|s'il|en cas) / sauf si / a moins que",
    "conditional_first": "^(si|s'il|en cas)",
    "subject_end": "ne / n'est / n'ont / n' / peuvent / peut / sont / est / est impossible / exclu~ / non",
    "you": """
        vous / nous / votre / notre / vos / nos / il / elle / ils / elles / ce / c'est / on / y / pour / car / cela / raisons? /
        malheureusement / en / ces / ceux / celles
    """,
    "once_only": "modifications? / annulations? / changements? / retours?",
    "list_mark": "et / ou / , / ainsi que / ni",
    "issue_only": "nous",
    "for_cash": "en especes / convertibles? / contre de l'argent",
    "date": "janvier / fevrier / mars / avril / mai / juin / juillet / aout / septembre / octobre / novembre / decembre / noel",
    "delivery_cost": "frais de (port|livraison|expedition)",
    "filler": """
        le / la / les / l' / un / une / des / du / de / d' / a / au / aux / et / ou / est / sont / etre / ete / vous / votre / vos /
        nous / notre / nos / ce / cette / cela / c'est / en / dans / par / pour / sur / avec / que / qui / qu' / il / elle / ils / elles /
        y / se / sa / son / ses / leur / leurs / oui / non / meme / tout / tous / toute / toutes / temps / delai / apres / avant /
        jusqu'a / encore / seulement / uniquement / jour / heure / heures / minutes / jours / vous-meme / merci / bien / on / ne / pas /
        plus / ni
    """,
    "determiner": """
        le / la / les / l' / nos / notre / tous les / toutes les / tous / toutes / des / un / une / certains / certaines / chaque / ces /
        malheureusement / commandes? (de|d'|contenant) / veuillez noter que / attention / les commandes de
    """,
    "bound_cue": """
        le jour meme / le meme jour / une fois / apres / des que / des qu~ / lorsque / jusqu'a / jusqu'au / avant / tant que / tant qu~ /
        dans les / sous(?!-) / a partir du moment / au plus tard / pendant
    """,
    "weekday": "lundi / mardi / mercredi / jeudi / vendredi / samedi / dimanche / week-?ends? / jours? feries?",
    "wrong": "erronee? / mauvaise / mauvais / erreur (de|dans|sur) / faute dans",
    "only_not": r"""
        (?:ne |n')[\w']+
        (?:[^ ,;]+ ){0,4}?qu(?:e |')(?:\d+|par|aupres|via|au|a|dans|pendant|jusqu'a|avant|sous|si|tant|en|durant|vers|jusqu'au)
    """,
    "faulty": "defaut~ / defectueu~ / erreur de notre part / vice / endommag~ / abime~",
    "release_alone": r"""
        jusqu'(a la|au|a leur|a sa|a son) (date de )?(sortie|lancement|parution)
    """,
    "deadline": r"""
        heure limite / limite / cloture
    """,
    "not_all": r"""
        tou(te)?s les .. ne (peuvent|sont|seront)~ / pas (tous|toutes) (les)? / certaines commandes / seuls certains
    """,
    "reason": r"""
        car / parce qu~ / puisqu~ / etant donne qu~
    """,
    "channel": r"""
        par (telephone|e-?mail|mail|courriel|chat|sms|courrier) / (depuis|dans|via|sur) l'application /
        (sur|via) les reseaux sociaux / en (boutique|magasin)
    """,
    "if": r"""
        si / s'il / s'ils / lorsque / quand
    """,
}
