"""What is said: phrases by language and key. The key is `Step.text`; a topic is the customer's first message."""

from __future__ import annotations

from collections.abc import Mapping

PHRASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "question": ("How do I move my contract to a new address?", "Can I change my payment date?"),
        "invoice": ("My invoice is higher than last month. Why?", "There is a fee on my invoice that I do not know."),
        "dispute": ("You charged me for a speed I never get.", "I pay for data that my router says I did not use."),
        "outage": ("The internet has been down since this morning.", "The router shows a red light."),
        "campaign": ("Your letter says my price doubles. Is that true?", "I got the letter about the new price."),
        "answer": ("We have put this right. Please write again if anything is missing.", "This is now done."),
        "ask_back": ("Could you send us your contract number and a photo of the device?",),
        "details": ("Here is what you asked for.", "The number is on the attached page."),
        "chase": ("Is anybody looking at this?", "I am still waiting for an answer."),
        "not_fixed": ("It is still the same as before.", "Sorry, this did not help."),
        "thanks": ("Thank you, that helped.",),
        "reminder": ("We are still waiting for your answer.",),
        "received": ("We have received your message and will answer soon.",),
        "out_of_office": ("I am out of the office and back on Monday.",),
        "bot_menu": ("Hello! What is it about: contract, invoice or connection?",),
        "bot_answer": ("This page may help you. If not, I will fetch a colleague.",),
        "no_answer": ("We have not heard from you and close this case.",),
        "ticket_made": ("I have passed this on to my colleagues, they will write to you.",),
    },
    "pt": {
        "question": ("Como mudo o contrato para a nova morada?", "Posso mudar a data do pagamento?"),
        "invoice": ("A fatura veio mais alta do que no mês passado. Porquê?", "Há uma taxa na fatura que não conheço."),
        "dispute": ("Cobraram-me uma velocidade que nunca tenho.", "Pago dados que o router diz que não usei."),
        "outage": ("A internet está em baixo desde manhã.", "O router tem a luz vermelha."),
        "campaign": ("A carta diz que o preço duplica. É verdade?", "Recebi a carta do novo preço."),
        "answer": ("Já está corrigido. Escreva-nos se faltar alguma coisa.", "Já está feito."),
        "ask_back": ("Pode enviar o número do contrato e uma fotografia do equipamento?",),
        "details": ("Aqui está o que pediram.", "O número está na página em anexo."),
        "chase": ("Alguém está a ver isto?", "Continuo à espera de uma resposta."),
        "not_fixed": ("Continua tudo igual.", "Desculpe, não resolveu."),
        "thanks": ("Obrigada, ajudou.",),
        "reminder": ("Continuamos à espera da sua resposta.",),
        "received": ("Recebemos a sua mensagem e respondemos em breve.",),
        "out_of_office": ("Estou fora do escritório e volto na segunda-feira.",),
        "bot_menu": ("Olá! É sobre contrato, fatura ou ligação?",),
        "bot_answer": ("Esta página pode ajudar. Se não, chamo um colega.",),
        "no_answer": ("Não tivemos resposta e fechamos este pedido.",),
        "ticket_made": ("Passei o assunto aos meus colegas, que lhe vão escrever.",),
    },
    "es": {
        "question": ("¿Cómo paso el contrato a la casa nueva?", "¿Puedo cambiar la fecha de pago?"),
        "invoice": ("La factura es más alta que la del mes pasado. ¿Por qué?", "Hay un cargo que no reconozco."),
        "dispute": ("Me cobran una velocidad que nunca tengo.", "Pago datos que el router dice que no usé."),
        "outage": ("No hay internet desde esta mañana.", "El router tiene la luz roja."),
        "campaign": ("La carta dice que el precio se duplica. ¿Es verdad?", "Recibí la carta del nuevo precio."),
        "answer": ("Ya está corregido. Escríbanos si falta algo.", "Ya está hecho."),
        "ask_back": ("¿Puede enviarnos el número de contrato y una foto del equipo?",),
        "details": ("Aquí tiene lo que pidió.", "El número está en la página adjunta."),
        "chase": ("¿Alguien está mirando esto?", "Sigo esperando una respuesta."),
        "not_fixed": ("Sigue igual que antes.", "Perdón, no se ha arreglado."),
        "thanks": ("Gracias, me ha servido.",),
        "reminder": ("Seguimos a la espera de su respuesta.",),
        "received": ("Hemos recibido su mensaje y responderemos pronto.",),
        "out_of_office": ("Estoy fuera de la oficina y vuelvo el lunes.",),
        "bot_menu": ("¡Hola! ¿Es sobre contrato, factura o conexión?",),
        "bot_answer": ("Esta página puede ayudarle. Si no, llamo a un compañero.",),
        "no_answer": ("No hemos tenido respuesta y cerramos este caso.",),
        "ticket_made": ("He pasado el caso a mis compañeros, le escribirán.",),
    },
    "hu": {
        "question": ("Hogyan vihetem át a szerződést az új címre?", "Módosíthatom a fizetés napját?"),
        "invoice": ("Magasabb a számla, mint a múlt hónapban. Miért?", "Van egy díj a számlán, amit nem ismerek."),
        "dispute": ("Olyan sebességet számláznak, amit sosem kapok.", "Olyan adatért fizetek, amit nem használtam."),
        "outage": ("Reggel óta nincs internet.", "Pirosan világít a router."),
        "campaign": ("A levél szerint kétszeres lesz az ár. Igaz ez?", "Megkaptam a levelet az új árról."),
        "answer": ("Javítottuk. Írjon, ha valami még hiányzik.", "Elkészült."),
        "ask_back": ("Elküldené a szerződésszámot és egy fényképet a készülékről?",),
        "details": ("Itt van, amit kértek.", "A szám a csatolt oldalon áll."),
        "chase": ("Foglalkozik ezzel valaki?", "Még mindig várok a válaszra."),
        "not_fixed": ("Ugyanaz a hiba, mint előtte.", "Sajnos nem segített."),
        "thanks": ("Köszönöm, segített.",),
        "reminder": ("Továbbra is várjuk a válaszát.",),
        "received": ("Megkaptuk az üzenetét, hamarosan válaszolunk.",),
        "out_of_office": ("Nem vagyok az irodában, hétfőn jövök vissza.",),
        "bot_menu": ("Üdvözlöm! Szerződés, számla vagy kapcsolat?",),
        "bot_answer": ("Ez az oldal segíthet. Ha nem, hívok egy kollégát.",),
        "no_answer": ("Nem kaptunk választ, ezért lezárjuk az ügyet.",),
        "ticket_made": ("Továbbadtam a kollégáimnak, írni fognak Önnek.",),
    },
}
SUBJECTS: Mapping[str, Mapping[str, str]] = {
    "en": {"question": "Contract", "invoice": "Invoice", "dispute": "Wrong charge", "outage": "No connection"},
    "pt": {"question": "Contrato", "invoice": "Fatura", "dispute": "Cobrança errada", "outage": "Sem ligação"},
    "es": {"question": "Contrato", "invoice": "Factura", "dispute": "Cobro erróneo", "outage": "Sin conexión"},
    "hu": {"question": "Szerződés", "invoice": "Számla", "dispute": "Téves díj", "outage": "Nincs kapcsolat"},
}
NOTES: Mapping[str, str] = {
    "escalate": "Please take over, details above.",
    "taken": "Taking a look.",
    "bulk_move": "Price letter, moving all of these to Billing.",
    "vendor": "Sent to the field partner.",
    "vendor_back": "The field partner has answered.",
    "not_ours": "Not ours, please have a look.",
    "merged": "Same as the other one, merged.",
}
"""what colleagues write to each other, in English"""


def said(language: str, text: str, number: int) -> str:
    """The phrase of a key; `number` chooses among its variants. A note between colleagues is English."""
    if text in NOTES:
        return NOTES[text]
    variants = PHRASES[language][text]
    return variants[number % len(variants)]


def subject(language: str, topic: str, number: int) -> str:
    """The subject line of a contact: a word for the topic and the contract's number."""
    word = SUBJECTS[language].get(topic, SUBJECTS[language]["invoice"])
    return f"{word} {20_000 + number * 37 % 9_973}"
