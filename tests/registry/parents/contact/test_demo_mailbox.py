"""In the demo a message is answered from the page of mails, by a mail to the thread's own address."""

import re

import httpx

from jobs import mail
from tests.local.reference.test_mailbox import running
from tests.registry.parents.contact.conftest import HERS, PARENT, World


def test_who_got_a_message_answers_it_from_the_page_of_mails(world: World) -> None:
    with running("--answers-port", str(world.port)) as (smtp, address):
        settings = world.rooms.settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{smtp}"})
        reply_to = world.write(message="Une place en mars ?").reply_to
        mail.send_due(settings)
        page = httpx.get(address, params={"to": HERS}).text
        assert f"Les réponses vont à {reply_to}" in page
        (path,) = re.findall(r'href="(/repondre/\w+)"', page)
        form = httpx.get(address + path).text
        assert "http-equiv" not in form, "what is typed is not reloaded away"
        refused = httpx.post(address + path, data={"texte": "Voyez www.exemple.fr"})
        assert refused.status_code == 422
        assert "ni lien, ni adresse mail" in refused.text
        assert "Voyez www.exemple.fr" in refused.text
        sent = httpx.post(address + path, data={"texte": "Oui, dès lundi."}, follow_redirects=True)
        assert "Votre réponse est partie" in sent.text
        letter = world.letters(PARENT)[-1]
        assert "Oui, dès lundi." in letter.body
        assert "Une place en mars" not in letter.body, "what it quotes is cut off"
        assert HERS not in letter.body
        mail.send_due(settings)
        page = httpx.get(address, params={"to": PARENT}).text
        assert httpx.get(f"{address}/repondre/inconnu").headers["location"] == "/"
        (path,) = re.findall(r'href="(/repondre/\w+)"', page)
        httpx.post(address + path, data={"texte": "Merci !"})
        assert "Merci !" in world.letters(HERS)[-1].body
