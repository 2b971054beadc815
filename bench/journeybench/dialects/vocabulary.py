"""What tables say, in four languages: headers, steps, states, channels, and how a local moment is written."""

from __future__ import annotations

LANGUAGES = ("en", "pt", "es", "hu")
_HEADERS = """
case      | Ticket ID      | Protocolo         | N.º de ticket      | Jegyszám
activity  | Event          | Evento            | Evento             | Esemény
start     | Start time     | Início            | Inicio             | Kezdete
end       | Timestamp      | Data/hora         | Fecha y hora       | Időpont
agent     | Agent          | Atendente         | Agente             | Ügyintéző
team      | Team           | Fila              | Cola               | Csoport
status    | Status         | Status            | Estado             | Állapot
channel   | Channel        | Canal             | Canal              | Csatorna
role      | Role           | Papel             | Rol                | Szerepkör
email     | Customer email | E-mail do cliente | Correo del cliente | Ügyfél e-mail
phone     | Customer phone | Telefone          | Teléfono           | Telefonszám
priority  | Priority       | Prioridade        | Prioridad          | Prioritás
created   | Created at     | Criado em         | Creado el          | Létrehozva
resolved  | Resolved at    | Resolvido em      | Resuelto el        | Megoldva
closed    | Closed at      | Fechado em        | Cerrado el         | Lezárva
name      | Customer name  | Nome do cliente   | Nombre del cliente | Ügyfél neve
"""
_STEPS = """
opened        | Ticket created       | Chamado aberto         | Caso abierto             | Ügy megnyitva
auto_reply    | Automatic reply      | Resposta automática    | Respuesta automática     | Automatikus válasz
bot_reply     | Bot reply            | Resposta do bot        | Respuesta del bot        | Bot válasza
moved         | Transferred          | Transferido            | Transferido              | Átadva
assigned      | Assigned             | Atribuído ao atendente | Asignado                 | Ügyintézőhöz rendelve
replied       | Agent reply          | Resposta do atendente  | Respuesta del agente     | Ügyintéző válasza
asked         | Information requested| Informação solicitada  | Información solicitada   | Adatok bekérve
answered      | Customer reply       | Resposta do cliente    | Respuesta del cliente    | Ügyfél válasza
chased        | Customer chased      | Cliente cobrou         | Cliente reclama          | Ügyfél sürget
reminded      | Reminder sent        | Lembrete enviado       | Recordatorio enviado     | Emlékeztető elküldve
held          | Sent to vendor       | Enviado ao fornecedor  | Enviado al proveedor     | Beszállítónak továbbítva
vendor_back   | Vendor reply         | Resposta do fornecedor | Respuesta del proveedor  | Beszállító válasza
parked        | Set to pending       | Posto em espera        | Puesto en espera         | Várakozásra téve
merged        | Merged               | Mesclado               | Fusionado                | Összevonva
solved        | Resolved             | Resolvido              | Resuelto                 | Megoldva
closed        | Closed               | Encerrado              | Cerrado                  | Lezárva
reopened      | Reopened             | Reaberto               | Reabierto                | Újranyitva
rated         | Rating received      | Avaliação recebida     | Valoración recibida      | Értékelés érkezett
left          | Abandoned            | Abandonado             | Abandonado               | Az ügyfél letette
called        | Call ended           | Chamada encerrada      | Llamada terminada        | Hívás vége
out_of_office | Out of office        | Fora do escritório     | Fuera de la oficina      | Házon kívül
"""
_STATES = """
new      | New                  | Novo                | Nuevo                 | Új
open     | In progress          | Em atendimento      | En curso              | Folyamatban
pending  | Waiting for customer | Aguardando cliente  | Esperando al cliente  | Ügyfélre vár
on_hold  | On hold              | Em espera           | En espera             | Felfüggesztve
solved   | Resolved             | Resolvido           | Resuelto              | Megoldva
closed   | Closed               | Encerrado           | Cerrado               | Lezárva
"""
_CHANNELS = """
email | E-mail | E-mail   | Correo   | E-mail
web   | Web    | Web      | Web      | Web
chat  | Chat   | Chat     | Chat     | Chat
voice | Phone  | Telefone | Teléfono | Telefon
"""
_ROLES = """
customer | Customer | Cliente    | Cliente   | Ügyfél
agent    | Agent    | Atendente  | Agente    | Ügyintéző
bot      | Bot      | Bot        | Bot       | Bot
system   | System   | Sistema    | Sistema   | Rendszer
vendor   | Vendor   | Fornecedor | Proveedor | Beszállító
"""


def _table(text: str) -> dict[str, dict[str, str]]:
    """Language -> key -> word."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return {language: {row[0]: row[place] for row in rows} for place, language in enumerate(LANGUAGES, 1)}


HEADERS, STEPS, STATES, CHANNELS, ROLES = map(_table, (_HEADERS, _STEPS, _STATES, _CHANNELS, _ROLES))
MOMENTS = {
    "en": "%Y-%m-%d %H:%M:%S",
    "pt": "%d/%m/%Y %H:%M:%S",
    "es": "%d/%m/%Y %H:%M:%S",
    "hu": "%Y. %m. %d. %H:%M:%S",
}
"""how a table of a language writes a local moment"""
NEVER = {"en": "yesterday", "pt": "31/02/2026 10:15:00", "es": "ayer por la tarde", "hu": "2026. 02. 31. 10:15:00"}
"""what stands where a moment should, in a broken row"""
