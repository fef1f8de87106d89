"""Spanish policy words."""

WORDS: dict[str, str] = {
    "cancel": "cancel~ / anul~",
    "edit": """
        modific~ / cambi~ / edita~ / edicion~ / edites / edite / corrig~ / correg~ / correccion~ / ajust~ / actualiz~ / rectific~ /
        alter~
    """,
    "swap": "elegir otra / elegir otro / escoger otra / sustituir / otra talla / otro color",
    "remove": "quit~ / elimin~ / retir~ / suprim~ / borr~",
    "add": "anad~ / agreg~ / adicional~ / sumar",
    "return": "devol~ / devuel~ / devuelt~ / retorn~",
    "exchange": """
        cambios y devoluciones / devoluciones y cambios / canje~ / intercambi~ /
        (los |un )?cambios? (de|por) (talla|otra talla|producto|articulos?) tras la entrega / cambio por otra talla /
        cambiar .. recibid~ / admiten cambios / cambios (se|son|estan) .. (entrega|recepcion|recibir)
    """,
    "refund": """
        reembols~ / reintegr~ / devolucion del (dinero|importe) / devolvemos el (dinero|importe) / devolveremos el (dinero|importe) /
        abono / abonamos / abonaremos
    """,
    "locked": "se bloquean / quedan bloquead~ / bloquead~ / se bloquea / queda cerrad~ / congelad~",
    "final": "todas las ventas son (finales|definitivas) / las ventas son definitivas / ventas finales",
    "order": "pedido / pedidos / compra / compras",
    "item": "articulo / articulos / producto / productos / prenda / prendas / linea / lineas / piezas?",
    "one_item": """
        por separado / individualmente /
        (un|una) (solo|sola|unica|unico) (articulo|producto|linea) /
        (un|algunos|uno de los|determinados|cualquier) (articulos?|productos?) / parte (del|de tu|de su|de un) pedido /
        cancelacion(es)? parcial(es)? / (articulos?|productos?|lineas?) (del|de tu|de su|de un) pedido / articulos individuales /
        una linea
    """,
    "size": "talla / tallas / tamano",
    "colour": "color / colores",
    "variant": "variantes? / opciones del (producto|articulo) / modelo",
    "quantity": "cantidad / cantidades / numero de (unidades|articulos)",
    "more": "aument~( o (reducir|disminuir))? / increment~ / subir",
    "fewer": "reduc~ / disminu~ / bajar",
    "address": "direccion(es)?( de (entrega|envio))? / datos de (envio|entrega) / destinatario / domicilio",
    "country_move": """
        (el )?pais de (entrega|destino|envio) / (cambio|cambiar) de pais / otro pais / pais distinto / pais diferente /
        paises distintos / a otro pais
    """,
    "same_country": "(dentro del|en el) mismo pais / mismo pais",
    "other_product": """
        (un |por un |por otro |otro )(producto|articulo) (diferente|distinto) / (por )?otro (producto|articulo|modelo) /
        productos distintos
    """,
    "other_thing": """
        numero de pedido /
        empresa de transporte / transportista(?= (no|del|de)) / moneda / divisa / tarjeta (de credito|bancaria) /
        envoltorio de regalo / usuario /
        mensaje (de|del) regalo / el mensaje / envoltorio / facturas? / iva / correo electronico / e-?mail / numero de telefono /
        datos de contacto / contrasena / suscripcion~ / renovacion~ / frecuencia / newsletter / boletin / cita / citas / reservas? /
        (metodo|forma|medio|tarjeta) de pago / direccion de facturacion /
        (fecha|hora|metodo|franja|dia|modo|opcion)s? de (entrega|envio) / codigo (promocional|de descuento) / cupon~ / vales? / puntos /
        resena~ / (estas?|estos|nuestras?|las presentes|esta) (politicas?|condiciones|terminos) / terminos y condiciones / precios? /
        preferencias / datos personales / consentimiento / eventos? / entradas / membresia / cookies? / efectivo / perfil /
        cuenta de (usuario|cliente)
    """,
    "of_order": "(de|del|de un|de tu|de su|para|en|en un|en tu|de los)( (un|el|tu|su|los|tus|sus))* ?(pedidos?|compras?)",
    "our_right": r"""
        garantizar / prometer / no garantizamos /
        por favor,? no (cancel|modifi|devuelv)~ /
        (respond|confirm|tramit|proces)(emos|amos|aremos|eremos|imos|ar|er|a|an|e|en|ara|era)?
        .. (cancelacion(es)?|cambios?|solicitud(es)?) /
        solicitud(es)? .. (respond|tramit|proces)\w* /
        reserva~ el derecho / nos reservamos / (sera|seran|quedara|quedaran) (automaticamente )?(cancelad|anulad)\w* /
        (cancelad|anulad)\w* automaticamente / se cancel(a|an|ara|aran) automaticamente / ha sido (cancelad|anulad)\w* /
        podemos cancelar pedidos / podremos (cancelar|anular|modificar) / cancelaremos / fue cancelado
    """,
    "idiom": """
        boton de (modificar|cancelar|cambios|edicion) /
        no es imposible /
        cambi~ de (opinion|idea|parecer) / no (dudes|dude) / no te preocupes / sin (motivo|justificacion) / no solo / tipo de cambio /
        a cambio de / no hay problema / sin preguntas / no (usad|utilizad|abiert|lavad|puest)os? /
        no (usad|utilizad|abiert|lavad|puest)as? / ten en cuenta / en cualquier caso
    """,
    "free": """
        sin (ningun )?(coste|cargo|costo|gastos|recargo|penalizacion|comision)s?( adicional(es)?| alguno)? / gratis / gratuit~ /
        de forma gratuita / libre de cargos
    """,
    "can": "puede / pueden / puedes / podras / podra / posible / permit~ / acept~ / admit~ / tienes / tiene",
    "may": """
        puede / pueden / puedes / podras / podra / podran / podemos / posible / posibles / se permite~ / se aceptan? / aceptamos /
        permitimos / admit~ / permitid~ / es posible / disponible
    """,
    "not": """
        nada /
        demasiado tarde /
        no / imposible / nunca / ni / ningun / ninguna / tampoco / excluid~ / jamas / exclu~ / sin posibilidad / no se / rechaz~ / ya no /
        quedan fuera / prohibid~
    """,
    "except": "excepto / salvo / a excepcion de / con excepcion de / menos / exceptuando / con la excepcion de / aparte de",
    "yes": "si / claro / por supuesto / desde luego",
    "no": """
        lamentablemente no / por desgracia no / no,? lamentablemente / lo sentimos,? no / no / lamentablemente / lo sentimos /
        desgraciadamente
    """,
    "upto": """
        en / dentro de / durante / hasta / en menos de / como maximo / maximo / plazo de / los primeros / las primeras / primeros /
        primeras / tienes / tiene / dispones de / dispone de / menos de / antes de / ventana de / periodo de / es de / un maximo de /
        limite de / por / a lo sumo / solo
    """,
    "after_time": r"""
        despues de / pasad~ / transcurrid~ / tras / mas de / mas alla de / a partir de / al cabo de / superad~ /
        una vez (transcurrid|pasad)\w* / cuando (hayan|han) pasado / luego de / una vez
    """,
    "at_least": "al menos / por lo menos / minimo / como minimo / entre / cada",
    "upto_right": "como maximo / maximo / siguientes / a partir / para (modificar|cambiar|cancelar|anular|editar|hacer)",
    "after_right": "mas tarde / (han|hayan) pasado / (han|hayan) transcurrido / transcurrid~ / pasad~",
    "placed": """
        pedido / pedidos / compra / comprar / realizar~ / realizad~ / pago / pagar / confirm~ / hacer / efectu~ / checkout / finalizar /
        formaliz~
    """,
    "once_placed": r"""
        (una vez|despues de|tras|cuando) .. (realizad|confirmad|pagad|efectuad|hech|formalizad)\w* /
        tras (la confirmacion|el pago|la compra)
    """,
    "delivered_anchor": r"""
        (de|desde|tras|despues de|siguientes a|a partir de|a contar desde|posteriores a|siguientes de) (la |su |tu |la fecha de
        |haber )?(entrega|recepcion|recibid\w*|recibir\w*|llegada|fecha de (entrega|recepcion)) /
        desde que (lo |la |los |las )?(recib|llega)\w* / tras (recibir|haber recibido)~ /
        (siguientes|posteriores) a la (entrega|recepcion) / fecha de entrega / despues de recibir~ /
        a partir del dia de (entrega|recepcion)
    """,
    "release": """
        antes (de|del) .. (lanzamiento|estreno|publicacion|salida|fecha de (lanzamiento|salida|envio)|disponibilidad) /
        previas al lanzamiento / antes del lanzamiento / antes de su lanzamiento
    """,
    "before_event": "antes (de|del) (la |su |tu )?(entrega|llegada|evento|recogida|envio|proxima|siguiente|renovacion|recepcion)",
    "return_in": r"""
        (recib~|recepcion|recibamos|recibimos|inspeccion~|revisar|procesar|comprobar) (de )?(la |tu |su |el |los |las
        )?(devolucion|devoluciones|paquete|articulos?|productos?|mercancia) /
        (devolucion|articulo|producto|paquete) .. (llegu|lleg|recib|revis|inspeccion)\w* /
        (tras|despues de|desde) (la |tu |su |una )?(cancelacion|anulacion|devolucion) / de la (cancelacion|anulacion|devolucion) /
        de una (cancelacion|devolucion)
    """,
    "too_late": """
        pasado (este|ese|dicho|el) (plazo|tiempo|periodo) / despues de ese / despues de este /
        transcurrido (este|ese|dicho|el) (plazo|tiempo) / a partir de (ese|entonces) / posteriormente / fuera de (plazo|este plazo) /
        mas tarde / una vez (pasado|superado) (el|este|ese) plazo / si el plazo / luego
    """,
    "vague": """
        normalmente / generalmente / por lo general / en general / habitualmente / suele / suelen / aproximadamente / aprox /
        alrededor de / unos / unas / pronto / lo antes posible / cuanto antes / rapidamente / en breve / algunos / algunas / unas pocas /
        unos pocos / varias / varios / si es posible / a menudo / casi siempre / en la mayoria / tan pronto como sea posible /
        inmediatamente / de inmediato / un tiempo / razonable / poco tiempo / corto / cerca de / mas o menos / a veces / caso por caso
    """,
    "next_day": "el dia siguiente / al dia siguiente / dia siguiente / manana",
    "next_working_day": "(el |al )?(siguiente|proximo) dia (habil|laborable) / dia (habil|laborable) siguiente",
    "same_day": "el mismo dia / del mismo dia / mismo dia / el dia de la compra",
    "working_days": "de lunes a viernes / lunes a viernes / en dias (laborables|habiles) / dias (laborables|habiles)",
    "placed_before": r"""
        (pedidos?|compras?) (realizad|hech|efectuad|recibid)\w* antes de( las)? / si (pides|compras|haces tu pedido) antes de( las)?
    """,
    "preparing": r"""
        prepar~ / empaquet~ / embal~ / procesad~ / procesar~ / procese~ / procesamiento / procesando / en preparacion /
        (comienza|empieza|comience|empiece|inicia)~ a preparar / fase de preparacion / produccion /
        almacen .. (empieza|comienza|empez|comenz)\w* / tramita~
    """,
    "shipped": r"""
        (entreg)\w* a (dhl|ups|seur|correos|mrw|gls|fedex) /
        (transportista|mensajero|mensajeria|repartidor|correos) .. (recoja|recoge|recogido|retire|retira)( (el|tu|su) (paquete|pedido))? /
        envi~ / enviad~ / envio / expedi~ / despach~ / (sal|sale|salga|salido|salida|sali) .. (almacen|deposito|tienda|instalaciones) /
        salga / sale / salido /
        (entregad|entreg|entregue|dad)\w* .. (transportista|mensajer\w*|correos|agencia|repartidor|empresa de transporte) /
        (transportista|mensajeria) .. recog~ / en transito / en camino / en reparto / remitid~
    """,
    "delivered": "entregad~ al cliente / recibid~ / llegue a",
    "open_stage": "abiert~ / editable / pendiente",
    "before": "hasta / hasta que / hasta el / antes de / antes de que / antes del / hasta el momento",
    "while": """
        mientras / siempre que / siempre y cuando / si / cuando / en tanto / a condicion de que / con tal de que / que / solo si /
        en caso de que
    """,
    "after": """
        una vez / una vez que / despues de / despues del / despues de que / desde que / tras / en cuanto / cuando / tan pronto como /
        a partir del momento / ya / desde el momento / luego de / al
    """,
    "unless": "a menos que / salvo que / excepto si / salvo si / a no ser que / excepto cuando",
    "negation": "no / aun no / todavia no / nunca / sin",
    "not_yet": "aun no( se)?( ha| han)?( sido)? / todavia no( se)?( ha| han)?( sido)? / no / sin",
    "not_shipped": """
        sin (enviar|expedir|despachar) / no enviad~ / pendientes? de envio / que (aun |todavia )?no se (ha|han|hayan|haya) enviado /
        no expedid~
    """,
    "not_packed": "sin (preparar|procesar) / no (preparad|procesad)~",
    "stage_tail": "(el|la|los|las|tu|su) (pedido|paquete|articulo)s?",
    "perfect": "(ha|han|haya|hayan|esta|estan|fue|fueron|sido|ya)( sido)?( ya)?",
    "place_next": "a / al / en / hacia / fuera / por / con / el / la",
    "noun_before": "pedidos? / articulos? / productos? / paquetes?",
    "personalised": """
        personalizad~ / personalizacion / grabad~ / bordad~ / a medida / hech~ a medida / customizad~ / con (tu|su) nombre / por encargo /
        con iniciales / monograma~
    """,
    "pre_order": """
        preventas? / pre-?venta / precompra / pre-?pedidos? / reserva anticipada / prepedido~ / en preventa / pre-?orden / pre-?ordenes /
        preordenes
    """,
    "final_sale": "venta final / ventas? definitivas? / venta definitiva / liquidacion final",
    "digital": "digital~ / descarg~ / libros? electronicos? / e-?books? / software",
    "gift_card": "tarjetas? (de )?regalo / cheques? regalo / vales? regalo",
    "express": "expres / express / urgente~ / envio (rapido|en 24 ?h) / 24 horas de envio / al dia siguiente de entrega / prioritari~",
    "standard": "envio estandar / entrega estandar / pedidos estandar",
    "pick_up": "recogida en tienda / recoger en tienda / click (and|&|y) collect",
    "local": "entrega local / reparto local",
    "b2b": "b2b / mayorista~ / al por mayor / empresas? / profesional~",
    "discounted": r"(realizad|hech|comprad|pagad)\w* con (un )?(codigo|cupon|descuento)~ / pedidos con (un )?(codigo|cupon|descuento)~",
    "vip": "vip",
    "over": "mas de / superior~ a / por encima de / super~ los / que superen / a partir de / de mas de / mayor~ a / mayor~ de",
    "under": "menos de / inferior~ a / por debajo de",
    "over_right": "o mas / en adelante",
    "order_over": "pedidos? (de mas de|superiores? a|por encima de|que superen|de importe superior a|mayores? de)( los)?",
    "international": "internacional~ / al extranjero / extranjero / fuera de espana / fuera del pais",
    "outside": "fuera (de|del)( la| los)? / fuera de",
    "to_place": r"""
        (envi\w*|entreg\w*|destino|pedidos?|envios?|con destino|dirigid\w*)( a| en| hacia| para| con destino a| fuera de)( la| el|
        los| las)? /
        (a|en|fuera de|hacia)( la| el)?
    """,
    "they": "ellos / ellas / estos / estas / esos / esas / dichos / dichas / este / esta / se / los mismos",
    "other_orders": "todos los (demas )?pedidos / los demas pedidos / los demas articulos / cualquier pedido / otros pedidos",
    "restock": """
        reposicion / reabastecimiento / restocking /
        (gastos|cargo|tasa|tarifa|comision|cuota|penalizacion)s? (de|por)
        (gestion|cancelacion|anulacion|devolucion|reposicion|reabastecimiento|manipulacion|reacondicionamiento|tramitacion)
    """,
    "fee": """
        gastos / cargo / cargos / tasa / tarifa / comision / deduc~ / retend~ / retenemos / cobra~ / descontaremos / descuenta /
        penalizacion / recargo
    """,
    "no_fee": """
        no cobramos / nunca / sin gastos / ningun (cargo|gasto) / no (hay|se cobra|se cobran|se aplica|se aplican|aplicamos|cobraremos) /
        exent~ / no estan sujetos
    """,
    "cap": "maximo / como maximo / hasta un maximo / tope / limite / hasta",
    "bank": "bancos? / emisor / entidad (bancaria|financiera) / extracto / cuenta bancaria / paypal",
    "issue": """
        (emitimos|procesamos|realizamos|hacemos|tramitamos|efectuamos|iniciamos|emitiremos|procesaremos|realizaremos) /
        (tramitaremos|reembolsamos|reembolsaremos|te reembolsaremos) / (emite|procesa|tramita|realiza)n? / nosotros
    """,
    "original": r"""
        (metodo|forma|medio) de pago (original|utilizad\w*|usad\w*|inicial|empleado|con el que|que utilizaste|que usaste) /
        (mismo|misma) (metodo|forma|medio|tarjeta)( de pago)? / pago original / (la )?tarjeta (utilizada|original|usada|con la que)
    """,
    "store_credit": "credito (de|en) (la )?tienda / saldo (de|en) (la )?tienda / vale de compra / credito para",
    "keep": """
        si has pagado / si pagaste / para pagos / pedidos pagados / guard~ / reservamos / retenid~ / preautorizacion / parcialmente con /
        en parte con / duplicad~
    """,
    "price_gap": "diferencia / mas barato / cuesta (menos|mas) / bajada de precio / nuevo total / total es / saldo pendiente",
    "contact": """
        por telefono / por correo /
        por nuestro (equipo|servicio|personal) / a traves de (nuestro|atencion) / por (correo|telefono|chat) / contact~ / escrib~ /
        llam~ / ponte en contacto / pongase en contacto / poniendote en contacto / comunic~ / pregunta a / solicita~ a / consulta con /
        habla con / pide a / pida a / avisan~ / dinos
    """,
    "person": "(nuestro|el|nuestra|un) (equipo|servicio de atencion|soporte|agente|persona) / atencion al cliente / servicio al cliente",
    "new_order": """
        (haz|haga|realiza|realice|hacer|realizar|crear|crea) .. (nuevo|otro|segundo) pedido / nuevo pedido / otro pedido /
        segundo pedido / pedido aparte / volver a pedir / vuelve a (pedir|comprar) / pedido nuevo
    """,
    "add_item": """
        (anad|agreg)~ .. (articulos?|productos?|algo|prendas?|mas) / (articulos?|productos?) .. (anad|agreg)~ /
        (anad|agreg)~ .. (pedido|compra)
    """,
    "partial": r"""
        pedidos? (se divide|se dividen|dividido) / en varios envios /
        (un|algun|algunos|uno de los) (articulo|producto|paquete)~ .. (enviad|salid|expedid)~ /
        (varios|dos|distintos|diferentes|multiples) (paquetes|envios) / parcial~ / en partes /
        parte (del|de tu|de su) pedido .. (enviad|salid|expedid)\w* / pedidos? dividid~ / (una )?parte del pedido /
        algunos articulos .. enviad~
    """,
    "rest": "articulos? / productos? / resto / restantes? / los que / demas",
    "partial_any": "una vez / si / cuando / despues / tras",
    "rest_only": "resto / restantes? / aun no / todavia no / los demas / no se han / no se hayan / sin enviar",
    "final_word": "definitiv~ / ya no pueden / finales",
    "no_apply": "no se aplica~ / no aplica~ / no es aplicable / no rige~ / no es valid~ / no afecta~",
    "window_word": "plazo / ventana / limite / periodo / regla / tiempo",
    "help": "preguntas? / ayuda / problema / duda / dudas",
    "trouble": """
        puntos / danad~ / defectuos~ / defecto~ / rot~ / roto / rota / manchad~ / equivocad~ / erroneo / falta~ / perdid~ / garantia /
        rebaja de precio / rechazad~
    """,
    "delivery_topic": """
        (entrega|envio) (tarda|cuesta|en|gratis|estandar tarda) / gastos de envio / abiertas? / horario / puntos / plazo de entrega /
        salen de nuestro almacen / se entrega
    """,
    "but": "pero / sin embargo / no obstante / aunque / mientras que / en cambio / despues de lo cual / tras lo cual / y luego",
    "join": "y / o / e / pero / mientras que",
    "stop": "puede / pueden / puedes / se / es / son / no / hasta / durante / antes / en / esta / estan / admiten / tienen",
    "clock_before": "hasta / antes de / antes del / hasta el / como maximo a / a mas tardar a / hasta a / es a",
    "clock_after": "despues de / a partir de / pasadas / tras / desde / mas tarde de",
    "time_cue": "no mas de / a mas tardar / no mas tarde de / no despues de",
    "even_if": "aunque / incluso si / aun si / aun cuando / independientemente",
    "customer": "clientes? / miembros? / socios?",
    "edit_order": r"""
        (modific|cambi|edit|corrig|correg|ajust|actualiz)\w*( a)?( un| el| tu| su| los| mi| cualquier| tus| sus)*
        (pedidos?|compras?)(?! de direccion) /
        (modificacion|cambio|edicion)(es)? (de|del|en|a|al) (tu |el |su |un )?(pedidos?|compra) /
        pedidos? .. (modificad|cambiad|editad|modificar|cambiar|editar)\w*
    """,
    "online": """
        (en|a traves de|desde) tu cuenta / en linea / online / tu mismo / usted mismo / en la web / desde tu cuenta / automaticamente
    """,
    "excluded": "excluid~ / no (incluid|elegibl)~ / quedan fuera / no entran / quedan exclu~",
    "conditional": "^(si|en caso) / a menos que / salvo que",
    "conditional_first": "^(si|en caso de)",
    "subject_end": "no / ni / puede / pueden / esta / estan / son / es / queda / quedan / se",
    "you": """
        tu / usted / nosotros / nuestro / nuestra / tus / sus / su / te / le / lo / la(?= ) .. no / por / porque / debido / para / ellos /
        eso / este / estos / estas / esta / lamentablemente / ya / es
    """,
    "once_only": "cambios? / modificaciones / cancelaciones / devoluciones",
    "list_mark": "y / o / , / e / asi como / ni",
    "issue_only": "(?!)",
    "for_cash": "efectivo / dinero en",
    "date": "enero / febrero / marzo / abril / mayo / junio / julio / agosto / septiembre / octubre / noviembre / diciembre / navidad",
    "delivery_cost": "gastos de envio",
    "filler": """
        el / la / los / las / un / una / unos / de / del / a / al / y / o / e / es / son / esta / ser / sido / tu / tus / su / sus / te /
        se / lo / le / nos / nuestro / nuestra / en / por / para / con / que / si / no / ni / mismo / misma / todo / todos / todas /
        tiempo / plazo / despues / antes / hasta / aun / solo / dia / dias / hora / horas / minutos / ya / como / mas / menos / desde /
        tras / completo / gratis / favor / primeras / siguientes / realizarlo / hacerlo / ha / han
    """,
    "determiner": """
        el / la / los / las / nuestros / nuestras / todos / todas / un / una / algunos / ciertos / cada / estos / estas /
        lamentablemente / pedidos? (de|con|que contengan) / ten en cuenta que
    """,
    "bound_cue": """
        el mismo dia / una vez / despues de / en cuanto / cuando / hasta / antes de / antes del / mientras / dentro de / tras / durante /
        a mas tardar
    """,
    "weekday": "lunes / martes / miercoles / jueves / viernes / sabado / domingo / fin de semana / festivos?",
    "wrong": "equivocad~ / incorrect~ / error en",
    "faulty": "defect~ / danad~ / error nuestro",
    "release_alone": r"""
        hasta (la |el |su )?(fecha de )?(lanzamiento|salida|publicacion)
    """,
    "deadline": r"""
        hora limite / limite / cierre
    """,
    "not_all": r"""
        no tod[oa]s? / algunos pedidos / solo algunos
    """,
    "reason": r"""
        porque / ya que / puesto que
    """,
    "channel": r"""
        por (telefono|correo|e-?mail|chat|sms) / (desde|en|a traves de) la (app|aplicacion) / en (la )?tienda / redes sociales
    """,
    "if": r"""
        si / cuando / en caso
    """,
}
