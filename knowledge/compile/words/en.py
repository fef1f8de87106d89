"""English policy words."""

WORDS: dict[str, str] = {
    # what is done
    "cancel": "called off / cancel~ / call off / calling off / annul~ / revoke / stop an order / stop your order",
    "edit": """
        edit / edits / edited / editing / editable / change / changes / changed / changing / changeable / modif~ / amend~ / alter /
        alters / altered / altering / alteration / alterations / adjust~ / update / updates / updated / updating / correct / corrected /
        correcting / correction / corrections / fix / revise / revised / self-edit / tweak~ / make .. changes / rectif~
    """,
    "swap": "swap~ / switch / switched / switching / (choose|pick|select) another / (choose|pick|select) a different / changed over",
    "remove": """
        remov~ / take .. off / taken off / taking .. off / delete / deleted / deleting / drop an item / drop items / leave out /
        left out
    """,
    "add": "add / adds / added / adding / addition of / additional (items|products|articles) / extra (items|products)",
    "return": """
        (come|comes) back /
        return / returns / returned / returning / returnable / send .. back / sent back / sending .. back / bring .. back / brought back /
        take back / taken back / non-?returnable
    """,
    "exchange": "exchang~ / swapped for another / non-?exchangeable",
    "refund": "refund~ / reimburs~ / money back / (money|amount|funds) (goes|go|is|are|will be) .. back / credited back / pay you back",
    "locked": "(is|are|become|becomes|considered) final / locked / locks / frozen / sealed / closed (for|to) (changes|edits|editing)",
    "final": "all sales (are )?final / sales are final / every sale is final / sale is final",
    # what it is done to
    "order": "order / orders / purchase / purchases",
    "item": "item / items / product / products / article / articles / piece / pieces / goods / line / lines",
    "one_item": """
        individually / separately / (single|individual) (items|products|articles) /
        (a|one|any) single (line|item|product|article|piece) /
        (one|some|individual|single|certain|specific) (items?|lines?|products?|articles?|pieces?) / part of (your|an|the) order /
        (an|any) (item|article) / (a|any) (product|line|piece) / (items?|products?|lines?|articles?) from (your|an|the) order /
        partial cancellations? / partially cancel~ / (your|the) items individually
    """,
    "size": "size / sizes / sizing",
    "colour": "colou?rs? / shade / shades",
    "variant": "models? / variants? / (size|colou?r|product|item) options? / styles? / variations? / versions? / item details",
    "quantity": "quantit~ / number of (items|units|pieces) / how many / amount of (items|units|pieces)",
    "more": """
        (raise|increase|up|higher)( or (lower|decrease|reduce))? .. quantit~ / increase / increased / raise / raised / order more /
        more of
    """,
    "fewer": """
        (lower|decrease|reduce|decreased|reduced|lowered)( or (raise|increase))? .. quantit~ / lower / decrease / decreased / reduce /
        reduced / lowered / fewer
    """,
    "address": """
        (delivery |shipping |postal )?address(es)?(?! (outside|abroad|overseas)) / (shipping|delivery) (details|information|info) /
        where .. delivered / recipient /
        destination
    """,
    "country_move": """
        country of (delivery|destination|shipment) / (delivery|destination|shipping) country /
        (another|different|other|new) (country|countries) / (change|changes|changing|switch) of country / change the country
    """,
    "same_country": "(within|in|inside) the same country / same country / (within|inside) the country",
    "other_product": """
        (a|an|any)? ?(different|other|another) (product|item|article|model|piece)s? / to different products / replace .. product /
        product for another / item for another
    """,
    # things a policy also speaks of, which are not changes to an order
    "other_thing": """
        order numbers? /
        carriers? / couriers? / currency / currencies / (credit|debit|bank|payment) cards? / card used / account name / user ?name /
        gift wrap~ / gift options? / loyalty / tax id /
        address book / wish ?list / favou?rites / basket / cart / gift (message|note|wrap|wrapping|receipt) / invoices? / vat /
        e-?mail address(es)? / phone number / mobile number / contact details / account details / password / subscriptions? / renewals? /
        frequency / newsletter / appointments? / bookings? / reservations? / payment (method|details|card) / card details /
        billing address / delivery (date|slot|time|day|option|method)s? / shipping (method|option|speed)s? / from standard to express /
        upgrade / discount code / promo code / vouchers? / coupon / coupons / points / review / reviews /
        (this|these|our) (policy|policies|terms|conditions) / terms and conditions / prices? / preferences / your data / personal data /
        consent / event / events / tickets? / membership / cookies? / the amount itself / for cash
    """,
    "of_order": """
        (of|on|for|in|to|from|with|used for) (an?|the|your|any|each|this|that|existing|placed|confirmed|open|my|a placed|an existing)*
        ?orders?
    """,
    "our_right": r"""
        (cannot|can't|not|never) .. (guarantee|promise|ensure) /
        please (do not|don't) (cancel|change|return|edit|modify) /
        (will not|won't|never|do not) cancel .. without /
        (confirm|reply|respond|answer|process|handle|review|acknowledge|get back)(s|ies|ing)? ..
        (cancellations?|cancelation|changes?|requests?|enquir\w+) /
        requests? .. (is|are|be) (processed|handled|reviewed|answered|confirmed) /
        (we|us) (may|might|reserve|retain|will have to|have to|must) .. (cancel|change|modify|amend|update|refuse)~ /
        reserves? the right / reserving the right / (will|shall) be( automatically)? cancel+ed / automatically cancel+ed /
        (is|are) automatically cancel+ed / cancel+ed by us / we cancel+ed / we had to cancel / has been cancel+ed / have been cancel+ed /
        was cancel+ed / were cancel+ed / will automatically / we change / we will cancel / we cancel
    """,
    "idiom": """
        (edit|change|cancel) (button|link|option|page) /
        (do not|don't) (need|have) to (contact|call|e-?mail|write to|phone) us / no need to (contact|call) us /
        not impossible / not unable / not out of the question /
        chang~ (your|his|her|their) minds? / change of (mind|heart) / exchange rates? / in exchange for / no problem / no worries /
        no questions asked / if not / not (yet )?(been )?(worn|used|opened|washed|damaged) / whether or not / not only /
        (get|getting|receive|send|give) .. change back / point of no return / no need / not sure / without reason / no matter /
        do not hesitate / don't hesitate / don't worry / do not worry / prior to change / no further action / no action / in no time /
        (please )?note that / as a rule of / non-working
    """,
    "free": """
        free of (any )?(charge|cost|fees?) / for free / at no (extra |additional )?(cost|charge|fee)s? /
        (with)?out (any |a |extra |additional )?(charge|cost|fee|fees|penalty|charges)s? /
        no (extra |additional |cancellation )?(charge|cost|fee|penalty)s?( applies| apply| is charged)? / free / not (be )?charged
    """,
    # whether
    "can": """
        can / may / could / able to / possible / allowed / permitted / accepted / eligible / let you / lets you / allows? / we accept /
        have / has / open / available / simply / welcome to / entitled / get / up to you / will / editable / cancellable / cancelable /
        modifiable / changeable / free to / offer / offers / we give
    """,
    "not": """
        nothing (in it |on it )?(can|may|is) /
        cannot / can ?not / can't / can no longer / couldn't / may not / not possible / impossible / unable /
        not (able|allowed|permitted|eligible|available|accepted|offered|supported|entitled) / no longer / not accept / do not / does not /
        don't / doesn't / won't / will not / are not / is not / aren't / isn't / never / no changes / no change / no edits /
        no cancellations? / no cancellation / no amendments / no modifications / no returns / no exchanges / no refunds /
        non-?(cancel~|editable|changeable|modifiable|returnable|refundable|exchangeable) / neither / nor / excluded / ineligible /
        not be / excludes / exempt / not included / not cover~ / too late / uneditable / unchangeable / refuse / without the option /
        no option
    """,
    "except": """
        except( for)? / excepting / excluding / apart from / other than / with the exception of / but not / not including / save for /
        aside from / bar
    """,
    "yes": "yes / sure / of course / absolutely / certainly / yep / it is",
    "no": """
        unfortunately not / i'm afraid not / we're afraid not / sorry,? no / no,? sorry / no,? unfortunately / not at the moment / no /
        unfortunately / sorry / we're afraid / nope / it is not
    """,
    # how long
    "upto": """
        within / in / for / up to / until / during / under / less than / inside / no later than / not later than / no more than /
        at most / a maximum of / maximum of / maximum / the first / first / have / has / gives? (you|customers) / get / allow /
        window of / period of / window is / limit of / by / at the latest / grace period of / lasts? / open for / only
    """,
    "after_time": """
        after / past / beyond / more than / over / older than / later than / longer than / following / once / when / exceeds? /
        exceeding / after the first / after those / after these / after that / after this / upon / beyond the / past the / after the /
        after your / after our
    """,
    "at_least": "at least / a minimum of / minimum / no less than / not less than / between / every / each / for the next few",
    "upto_right": """
        or less / at (the )?(most|latest) / max / maximum / only / window / limit / period / grace /
        to (edit|change|cancel|modify|amend|make|adjust|correct)
    """,
    "after_right": """
        (has|have) (passed|elapsed|expired|gone|lapsed|ended) / (is|are) (over|up|past) / passed / elapsed / expires?|expired / later /
        or (more|later|older) / ends?
    """,
    "placed": """
        checkout / checking out / purchas~ / order / orders / ordering / ordered / plac~ / payment / paying / paid / confirm~ / buying /
        you buy / bought / order time / it was made / being made / submit~ / completing
    """,
    "once_placed": """
        (from the moment|from the time|as soon as|once|after|when) .. (confirmed|placed|approved|paid|validated) /
        (once|after|when) .. (purchased|bought|ordered|checked out) /
        (once|after|as soon as|when) .. (placed|confirmed|paid|submitted|completed|accepted|made) /
        after (placement|confirmation|payment|checkout|purchase|ordering) / from the moment .. placed
    """,
    "delivered_anchor": """
        (of|from|after|following|since|upon|on) (the )?(date of )?(delivery|receipt|receiving|arrival|delivery date) / delivery date /
        (after|since|from|once|when|of) .. (receive|received|receives|receiving|arrived|arrives|delivered|got|arriving) /
        of having received
    """,
    "release": """
        before .. (release|releases|released|launch|launches|launched|publication|street date|release date|launch date|on sale
        date|drop|drops|available|availability|ship date|shipping date|dispatch date|estimated ship~) /
        (ahead of|prior to) .. (release|launch|publication|release date|ship date|dispatch date|shipping date) /
        of (release|launch|the release date)
    """,
    "before_event": """
        before (delivery|arrival|the (delivery|arrival|event|collection|pick-?up)|your
        (delivery|collection|next)|dispatch|shipping|shipment|collection|the next)
    """,
    "return_in": """
        of cancellation / of (the )?return /
        (receiv~|getting|get|inspect~|checking|check|checked|process~) ..
        (return|returns|returned|parcel|package|item|items|goods|product|it|them) /
        (return|returns|returned|parcel|item|items|goods|package) .. (reach~|arriv~|received|inspected|processed|checked|is back|are
        back|gets back|in our|at our) /
        receipt of .. (return|returned|item|items|goods|parcel|product|products) / of (a|the|your) (cancellation|return) /
        (after|following) (the|your|a) (cancellation|return)
    """,
    "too_late": """
        afterwards / thereafter / after that / after this / later than that / past this point / after which / beyond that / from then on /
        after the window / after this (point|time|period|window) / once (this|the|that|your) (window|time|period|deadline) /
        passed (this|that) / if (the|this|your) (window|time|period|deadline) / (has|have) (passed|closed|expired) / missed /
        outside (this|the) (window|period)
    """,
    "vague": """
        usually / generally / normally / typically / soon / shortly / as soon as possible / as quickly as possible / asap / promptly /
        quickly / about / approximately / approx / around / roughly / a few / several / some time / a while / reasonable / in most cases /
        most of the time / mostly / often / ideally / short (time|period|window|while) / a limited (time|period) /
        limited (time|period|window) / in good time / straight away / immediately / in time / a little while / where possible /
        when possible / if possible / try / in general / sometimes / at our discretion / case by case / case-by-case
    """,
    # by which hour
    "next_day": "the next day / the following day / next day / the day after / tomorrow",
    "next_working_day": "(the )?(next|following) (working|business|week) ?day",
    "same_day": "(the |that )?same day / (on )?the day (of|you|your) / that day / same-day / on the day",
    "working_days": """
        monday to friday / mon(day)?s?( ?- ?| through | until )fri(day)?s? / on (working|business|week) ?days / weekdays / weekdays only /
        working days only / mondays to fridays / (every|each) (working|business) day / on a working day
    """,
    "placed_before": """
        (orders?|purchases) (placed|made|received|submitted|confirmed) (before|by|until) / (if|when) you order (before|by) /
        order (before|by)
    """,
    # how far
    "preparing": """
        pack / packs / packed / packing / packaged / boxed( up)? / prepar~ / prepping / pick / picked / picking / process / processed /
        processing / in production / production /
        (enters?|entered|entering|in|into|reach~|goes to|gone to|begin|begins|start~) (the )?(fulfil+ment|warehouse|production) /
        fulfil+ment / warehouse .. (start~|begin~|begun|work~) / (start~|begun|begin|begins) .. (work|working) / being made /
        in the works
    """,
    "shipped": """
        (carrier|courier|driver|post) (collects|picks up|has collected|has picked up) (the|your) (parcel|order|package) /
        ship / ships / shipped / shipping(?! (label|confirmation|methods?|options?|address)) / shipment / dispatch / dispatched /
        dispatches / despatch~ / dispatching / fulfilled /
        hand~ .. (carrier|courier|post|postal service|delivery company|delivery partner|shipping company|driver|post
        office|logistics partner|fedex|ups|dhl) /
        (leave|leaves|left|leaving) .. (warehouse|depot|building|us|store|facility|workshop|hands|premises) / sent out / sent / goes out /
        gone out / on (its|the) way / in transit / out for delivery / posted / mailed /
        (collected|picked up|taken|scanned) by .. (carrier|courier|driver|post|dhl|ups) / with the (carrier|courier) /
        (given|passed|transferred|goes|reaches|gone) .. (carrier|courier) / (carrier|courier) (collects|picks up|has it|scans|takes) .. /
        (carrier|courier) (collects|picks|scans|takes) / tracking number / shipping confirmation / dispatch (email|confirmation)
    """,
    "delivered": "delivered / arrives / arrived / delivery( is made)? to you",
    "open_stage": "open / unlocked / pending / editable",
    "before": """
        (until|till|up to|right until) the (moment|point|time|minute) / (stop|stops|end|ends|close|closes) (at|upon|on|with) / until /
        till / 'til / before / prior to / up until / up to the (moment|point|time)( when)? / right up to / ahead of / up to
    """,
    "while": """
        (that|which)(?= (have|has|is|are|were|was|haven't|hasn't|aren't|isn't|weren't|wasn't)) /
        as long as / so long as / while / whilst / if / provided( that)? / providing / on condition( that)? / only if / when / where /
        in case / assuming / given that / (has|have)
    """,
    "after": """
        once / after / as soon as / from the moment / the (moment|minute|second) / following / upon / already / since / from the time /
        begins? to / at the point
    """,
    "unless": "unless",
    "negation": "not / hasn't / haven't / isn't / aren't / never / yet to / no / wasn't / doesn't / don't",
    "not_yet": "not yet( been)? / not( been)? / yet to be / still to be / un / un-",
    "not_shipped": "unshipped / un-shipped / unfulfilled / undispatched",
    "not_packed": "unpacked / unprocessed",
    # for what
    "personalised": """
        personali[sz]ed / personali[sz]ation / customi[sz]ed / customi[sz]able / customi[sz]ations? / custom / custom-made /
        custom-?made / engrav~ / monogram~ / embroider~ / bespoke / made[- ]to[- ](order|measure) / initial+ed / tailor-made / tailored /
        made (just )?for you / (your|a) (name|text|initials) on / etched
    """,
    "pre_order": "pre-? ?orders? / pre-? ?order(ed|ing)? / pre-? ?sale / back-? ?order(ed|s)?",
    "final_sale": "final sale / (marked|labelled|sold) as final / final-sale / non-?refundable items",
    "digital": "digital / downloads? / downloadable / e-?books? / software / licence keys? / license keys? / online courses?",
    "gift_card": "(e-?)?gift ?(cards?|certificates?|vouchers?)",
    "express": "express / next[- ]day / overnight / priority / same[- ]day delivery / expedited / rush",
    "standard": "standard (delivery|shipping|orders?)",
    "pick_up": """
        click (and|&) collect / click-and-collect / (store|in-store|in store|local) pick-?up / pick-?up orders? /
        (collect|collected|collection) (in|from) (store|our) / for (pick-?up|collection) / collection orders?
    """,
    "local": "local (delivery|deliveries) / (courier|bike) delivery",
    "b2b": "b2b / wholesale / trade (customers?|orders?|accounts?) / business (customers?|orders?|accounts?) / company (orders?|accounts?)",
    "discounted": """
        (placed|bought|made|purchased|paid) (with|using) .. (discount|promo|promotional|voucher|coupon)( codes?)? / discounted orders /
        orders (with|using) .. (discount|promo|coupon)( codes?)?
    """,
    "vip": "vip (members|customers|orders|shoppers|clients)? / vips",
    "over": "over / above / more than / exceed~ / greater than / at least / or more / and (above|over|up) / worth / from / upwards of",
    "under": "under / below / less than / up to / smaller than",
    "international": "international / overseas / foreign / abroad / cross-border / outside (of )?the country / shipped abroad",
    "outside": "outside( of)? / other than / not (in|to) / except (in|to|for)",
    "to_place": """
        (shipp(ed|ing)|deliver(ed|ies|y)|sent|going|bound|addressed|shipments?|orders?|dispatched|parcels?)( address)?
        (to|for|in|within|inside|from)( the)? /
        shipped to( the)? / for( the)? / to( the)?
    """,
    "they": "they / them / these / it / this / those / such (items|orders|pieces|products|goods)",
    "other_orders": """
        all (other )?orders / other orders / regular orders / every order / any order / other items / all other items / everything else
    """,
    # money
    "restock": """
        re-?stock~ / re-?stocking fees? / handling (fee|charge)s? /
        (processing|administration|admin|cancellation|cancelation|return|returns) (fee|charge)s? / return deduction
    """,
    "fee": "fees? / charge / charges / charged / deduct~ / withh(o|e)ld / retain / keep",
    "no_fee": """
        never / no restocking / not charge / don't charge / do not charge / exempt / waive~ / not subject /
        no (restocking|cancellation|handling) / won't charge / will not charge
    """,
    "cap": "(up to )?(a )?maximum( of)? / capped( at)? / cap of / at most / up to( a)? / no more than / never more than",
    "bank": """
        banks? / card (issuer|company|provider) / issuing bank / payment provider / financial institution / statement / your account /
        credit card company / paypal
    """,
    "issue": """
        (we|us) .. (issue|process|send|initiate|make|refund|release|trigger|reimburse)(s|ed)? /
        (are|is|be|been) (issued|processed|initiated|released|triggered|sent) / from us / on our (side|end)
    """,
    "original": """
        original (payment method|form of payment|method of payment|payment|card|method) /
        (same|original) (card|payment method|method|account|means of payment|way) /
        (payment method|card|account|method) (you )?(used|paid with|originally used) / way you paid / how you paid /
        original means of payment / payment method used
    """,
    "store_credit": "store credit / shop credit / credit note / account credit / credit for (a )?future",
    "keep": """
        if you (have )?paid / for payments (by|with|via) / orders paid / when paying /
        (are |is )?(kept|held|reserved?|reserve|stored|valid|authori[sz]ation|pending|duplicate) / hold / holds / partly by / in part /
        paid partly
    """,
    "price_gap": """
        cost(s)? (less|more) / difference / cheaper / lower total / price (drop|adjust)~ / reduced within /
        total (is|goes) (lower|higher|down|up) / balance
    """,
    # who, what instead
    "contact": """
        by our .. (team|staff|support|agents|advisers|people) /
        (through|via) (our|the|customer) .. (team|staff|support|service|care|chat|e-?mail) / by (e-?mail|phone|chat) / contact~ /
        write to / e-?mail us / mail us / reach out / get in touch / call us / phone us / ask (us|our|the) / message us /
        speak (to|with) / talk to / chat with / let us know / tell us / drop us / notify us / reply to
    """,
    "person": """
        (our|the|a) (team|support|staff|colleagues?|advisers?|agents?|customer (service|care|support)|service team|human|person|member) /
        customer (service|care|support)
    """,
    "new_order": """
        (place|make|submit|create|start|put in|open) .. (new|second|another|separate|additional|further) (order|purchase|one) /
        order (again|separately) / re-?order / new order instead / separate order
    """,
    "partial": """
        part-(shipped|dispatched|fulfilled) /
        orders? (is|are|gets?|was|has been) (split|divided) / split up /
        (one|an|some|certain) (item|product|line|parcel|article)s? .. (shipped|left|dispatched|sent) /
        (several|multiple|separate|two|different|more than one) (parcels|packages|shipments|boxes|deliveries|warehouses) / partial~ /
        part(ly)? (shipped|of .. (shipped|left|dispatched|sent|order)) / split (orders?|shipments?|deliver~) / in parts /
        some .. (items|products|lines|pieces) .. (shipped|left|dispatched)
    """,
    "rest": """
        (items|products|articles|lines|pieces|goods|anything|everything|those|parts?|remainder|ones) / rest / remaining / what (has|is)
    """,
    "no_apply": """
        (does|do|is|are|will) not apply / (doesn't|don't|isn't) (apply|valid|applicable) / not (applicable|valid) / not subject to
    """,
    "window_word": "window / period / limit / deadline / rule / time limit / 60 minutes / cut-?off",
    "help": "questions / help / problem / issue / doubt / unsure / assistance",
    "trouble": """
        points / damaged / faulty / defect~ / broken / torn / stained / wrong (item|article|product) / missing / lost / warranty /
        guarantee / price (drop|match) / hygiene seal / declined
    """,
    "delivery_topic": """
        (delivery|shipping) (takes|times?|costs?|charges?|fees?|is free) / free (delivery|shipping) / delivery threshold / working hours /
        open(ing)? (from|hours) / boutiques? / points / newsletter / delivered within / arrives? within /
        orders (leave|ship|are shipped|are dispatched) .. within
    """,
    "but": """
        but / however / although / though / while other / whereas / otherwise / after which / after that / afterwards / thereafter /
        and after that / and then / except that
    """,
    "filler": """
        a / an / the / of / to / is / are / be / been / you / your / we / our / us / it / this / that / which / this is / and / or / at /
        on / by / with / please / simply / just / only / still / also / any / all / time / limit / window / minutes? / hours? / days? /
        after / within / from / for / possible / in / full / as / there / here / do / did / was / were / so / then / yes / no / can /
        may / have / has / latest / same / day / up
    """,
    "determiner": """
        the / all / our / any / every / your / most / some / both / these / those / certain / please note( that)? / note( that)? /
        unfortunately / orders? (of|for|with|containing|including) / items? (from|in) / purchases? of / products? (from|in) / and / or
    """,
    # cues read next to an hour, a length of time or a stage
    "stop": "can / may / cannot / can't / are / is / must / will / within / until / before / has / have / do / does / could / should",
    "clock_before": """
        until / till / before / by / up to / no later than / not later than / latest / prior to / closes at / is / at / cut-?off
    """,
    "clock_after": "after / past / from / later than / as of",
    "time_cue": "no later than / not later than / no more than / not more than / no longer than",
    "even_if": "even if / even though / even when / regardless of / irrespective of",
    "stage_tail": "already / yet",
    "negation_right": "(yet )?(hasn't|isn't|haven't|has not|is not)( yet)? / (yet )?(not|has not)",
    "perfect": """
        (has|have|had|is|are|was|were|been|already|it)( already)?( been| begun| started)? / already / begun / started / starts / begins
    """,
    "described": "(orders?|items?|products?|parcels?|articles?|lines?|goods|purchases?|packages?)",
    "participle": "shipped|dispatched|despatched|packed|processed|fulfilled|delivered|picked|prepared|sent",
    "customer": "customers? / members? / clients? / shoppers? / buyers?",
    "over_right": "or (more|over|above) / and (over|above|up|more)",
    "order_over": """
        orders? (over|above|of more than|exceeding|worth more than|totalling more than|of at least|worth over|with a (total|value)
        (over|above|of more than))
    """,
    "edit_order": """
        (edit|edits|editing|edited|amend|amending|adjust|alter|update|correct)( an| the| your| any| my| open)*
        (orders?|purchases?)(?!'s)(?!
        (address|details|quantit|number|confirmation)) /
        (change|changes|changing|changed|modify|modifying|modified)( to)?( an| the| your| any| my| placed)*
        (orders?|purchases?)(?!'s)(?!
        (address|details|quantit|number|confirmation)) /
        order (edits?|editing|changes?|modifications?|amendments?) / edit an order / changes to (your|an|the) order /
        orders? (can|may|cannot|can't|could) .. (edited|changed|modified|amended|altered|updated|adjusted)
    """,
    "online": """
        (from|through|via|using) your (account|order page|order status page) / online / yourself / yourselves / self-service /
        in your account / by yourself / in the app / on the website / on our site / automatically / themselves
    """,
    "once": "once / one time",
    "join": "and / or / while / whereas / but",
    "add_item": """
        add .. (items?|products?|articles?|something|things|pieces?|more|anything) / (items|products|articles) .. added /
        addition of .. (items|products) / adding .. (items?|products?)
    """,
    "delivery_cost": "(delivery|shipping|postage) (fee|charge|cost)s?",
    "issue_only": "we then",
    "for_cash": "for cash",
    "date": "january / february / march / april / june / july / august / september / october / november / december / christmas / holiday",
    "partial_any": "once / if / when / as soon as / after",
    "rest_only": "rest / remaining / what (has|is) / not yet / still / others / unshipped / left over",
    "final_word": "final / gone / cannot / can no longer",
    "excluded": "excluded / not eligible / ineligible / not included / exempt / final / exclusions?",
    "conditional": "^(if|when|should|in case|unless) / unless",
    "conditional_first": "^(if|in case|should you)",
    "subject_end": "cannot / can / can't / may / are / is / aren't / isn't / will / won't / do / does / don't / doesn't / could",
    "you": """
        you / we / your / our / us / customers / shopper / there / it / they / this / that / these / those / please / no / because / for /
        due / since
    """,
    "list_mark": "and / or / , / as well as / &",
    "may": """
        can / may / could / able to / possible / allowed / permitted / accepted / eligible / let you / lets you / allows? / we accept /
        welcome to / entitled / editable / cancellable / modifiable / free to / happy to / offer / possible to
    """,
    "once_only": "changes / cancellations / edits",
    "bound_cue": """
        same day / on the day / that day / once / after / as soon as / when / until / till / before / from the moment / unless / within /
        prior to / by the time / at the latest
    """,
    "weekday": "monday / tuesday / wednesday / thursday / friday / saturday / sunday / weekends? / bank holidays?",
    "wrong": "wrong / incorrect / mistyped / mistake in / error in",
    "faulty": "faulty / defective / damaged / defects? / our (error|mistake)",
    "release_alone": r"""
        (until|till|up to|before) .. (release|launch|publication)( date)?
    """,
    "deadline": r"""
        cut-?off / deadline / closing time / latest time
    """,
    "not_all": r"""
        not (all|every|each) / not everything / only some / some orders / some items
    """,
    "reason": r"""
        because / given that they / as they (are|go)
    """,
    "channel": r"""
        (by|over the|per|via) (phone|telephone|e-?mail|chat|text|sms|fax|post) / (from|in|through|via) the app /
        (on|via|through) social media / in (the |our )?(store|stores|shop)
    """,
    "if": r"""
        if / when / where / whether / in case
    """,
}
