"""What the pages of `web/parents/about/` say (as `web.texts`)."""

NAV = "À propos du site"
LINKS = (
    ("/a-propos", "À propos"),
    ("/confidentialite", "Confidentialité et cookies"),
    ("/accessibilite", "Accessibilité\u00a0: non conforme"),
    ("/mentions-legales", "Mentions légales"),
)
WIDGET_LINK = "Pour les mairies\u00a0: le widget"
API_LINK = "API publique"

CONTENTS = "Sur cette page"
UNKNOWN_OPERATOR = "l’exploitant de ce site, qui n’a pas encore indiqué son nom"
UNKNOWN_CONTACT = "(adresse que l’exploitant n’a pas encore indiquée)"
UNKNOWN_HOST = "L’exploitant n’a pas encore indiqué qui héberge ce site."
DEMO = "Ce site est une démonstration\u00a0: les personnes, leurs adresses et leurs disponibilités sont inventées."

ABOUT_TITLE = "À propos de Ribambelle"
ABOUT_LEAD = (
    "Ribambelle aide les parents à trouver une place pour leur enfant\u00a0: crèches, assistants maternels, maisons"
    " d’assistants maternels, relais, et les lieux qui conseillent. C’est gratuit, sans publicité et sans compte."
)
ABOUT = (
    (
        "affiche",
        "Ce qui est affiché, et dans quel ordre",
        (
            "Toutes les offres publiées que le site connaît peuvent être trouvées\u202f; personne ne paie pour y être"
            " ni pour être plus haut.",
            (
                "Quand vous indiquez des jours et des horaires, viennent d’abord les offres qui couvrent le mieux votre"
                " recherche à la date voulue. Comptent ensuite la distance, des informations à jour et un moyen de"
                " contact.",
                "Autour d’un point, sans horaires\u00a0: les plus proches d’abord\u202f; celles dont nous ne"
                " connaissons que la commune viennent après. Avec un mot-clé\u00a0: celles qui y répondent le mieux.",
                "Dans un lieu sans point, elles suivent l’ordre alphabétique.",
            ),
            "Vous pouvez toujours changer ce tri au-dessus des résultats.",
        ),
    ),
    (
        "assistantes-maternelles",
        "Ce que l’on montre d’une assistante maternelle ou d’un assistant maternel, et ce que l’on ne montre jamais",
        (
            "Sont montrés\u00a0:",
            (
                "le nom qu’elle ou il a choisi d’afficher, la commune, et l’endroit aussi précisément qu’elle ou il"
                " l’accepte",
                "le nombre d’enfants de l’agrément, les disponibilités, les congés annoncés",
                "ce qui est facultatif et qu’elle ou il a rempli\u00a0: projet d’accueil, tarifs, particularités",
                "le téléphone et le mail, seulement s’ils sont rendus publics, et seulement sur la fiche\u00a0: ni"
                " dans les listes, ni sur la carte, ni dans l’API",
            ),
            "Ne sont jamais montrés\u00a0:",
            (
                "l’état civil, la date de naissance, le numéro d’agrément et sa copie",
                "le numéro de sécurité sociale, qui n’est pas conservé",
                "le domicile, quand elle ou il choisit de le cacher",
                "l’adresse mail du compte\u00a0: un message envoyé par le site la garde cachée",
            ),
            "Les moteurs de recherche sont priés de ne pas retenir ces fiches. Il faut un agrément en cours, vérifié,"
            " pour paraître\u00a0: une suspension, un retrait ou une fin d’agrément retire la fiche.",
        ),
    ),
    (
        "secteurs",
        "Pourquoi un secteur plutôt qu’une adresse",
        (
            "Un domicile caché est remplacé par un point de son secteur, le même pour tout le secteur. Un secteur"
            " s’étend le plus souvent sur un à deux kilomètres, dans une même commune. Il compte au moins 500"
            " habitants, estimés d’après sa surface. Dans une commune peu peuplée, c’est la commune entière."
            " Le domicile lui-même n’est pas dans le moteur de recherche\u00a0: aucune recherche, aucun tri, aucune"
            " distance ne peut le laisser deviner. Les distances affichées sont celles du secteur.",
        ),
    ),
    (
        "sources",
        "D’où viennent les informations",
        (
            (
                "des assistants maternels eux-mêmes, dont un modérateur a vérifié l’agrément",
                "des départements, qui délivrent les agréments et en disent les changements",
                "de données ouvertes, pour les structures\u00a0: la source et sa date sont en bas de chaque fiche",
                "des relais petite enfance, qui aident à l’inscription et à la mise à jour",
            ),
            "Un renseignement est faux\u202f? Utilisez «\u00a0Signaler une erreur\u00a0» sur la fiche.",
        ),
    ),
    (
        "fraicheur",
        "À quel point c’est à jour",
        (
            "Une assistante maternelle déclare ses disponibilités deux fois par an au moins, avant le 1er juin et avant"
            " le 1er décembre. Sa fiche indique quand elle l’a fait. Une déclaration est à jour jusqu’à la première"
            " échéance manquée, et au plus tard jusqu’à la fin de la dernière période déclarée. Ensuite, le site écrit"
            " «\u00a0À confirmer\u00a0». Demandez alors à l’assistante maternelle."
            " Si rien n’est connu au-delà d’une date, le site écrit «\u00a0disponibilités inconnues\u00a0»,"
            " jamais «\u00a0complet\u00a0».",
            "Les structures ne déclarent pas leurs places libres ici\u00a0: le site écrit «\u00a0places à"
            " demander\u00a0». Un changement est visible en quelques secondes\u202f; le jour des données figure sous"
            " les résultats.",
        ),
    ),
    (
        "fictif",
        "Données fictives",
        (
            "Une offre marquée «\u00a0Fictif\u00a0» ou «\u00a0Données fictives\u00a0» est inventée pour montrer le"
            " service\u00a0: la personne ou le lieu n’existe pas. La marque paraît sur chaque carte, chaque fiche, la"
            " carte et les exports.",
        ),
    ),
)

PRIVACY_TITLE = "Confidentialité et cookies"
PRIVACY_LEAD = (
    "On cherche sans compte, et sans être suivi. Cette page dit, pour chaque usage, ce qui est noté, pourquoi, combien"
    " de temps, et qui peut le voir."
)
WHO_TITLE = "Qui est responsable, à qui écrire"
WHO = (
    "Le responsable du traitement est {operator}.",
    "Pour toute question ou demande sur vos données\u00a0: {contact}. Une réponse vous est due dans le mois.",
)
WHAT_ROW, BASIS_ROW, KEPT_ROW, SEEN_ROW = (
    "Ce qui est noté",
    "Pourquoi et à quel titre",
    "Combien de temps",
    "Qui le voit",
)

# Id, title, what is noted, legal basis, how long, who sees it. The numbers are put in by web/parents/about/facts.py.
TREATMENTS_OF_ALL = (
    (
        "recherche",
        "Chercher, lire une fiche",
        "Rien sur vous. Une recherche lente ou sans résultat laisse une ligne au journal technique\u00a0: sa durée et"
        " les types d’accueil choisis, ni le lieu, ni les jours, ni l’âge de l’enfant, ni votre adresse de connexion."
        " Pour limiter les abus, un code tiré de votre adresse de connexion, et illisible sans une clé changée chaque"
        " jour, est compté. «\u00a0Autour de moi\u00a0» demande votre position au navigateur et l’arrondit à une"
        " centaine de mètres.",
        "Faire marcher et protéger le service\u00a0: intérêt légitime (RGPD, article 6.1.f).",
        "Le compteur\u00a0: {limit_minutes} minutes au plus. Le journal ne contient rien de personnel.",
        "Les personnes qui exploitent le site.",
    ),
    (
        "favoris",
        "Les favoris et la comparaison",
        "La liste reste dans votre navigateur, pas chez nous. Elle voyage dans l’adresse de la page quand vous l’ouvrez"
        " ou la partagez, le temps de l’afficher\u202f; elle n’est pas notée. Le mail qui vous l’envoie part de votre"
        " propre messagerie.",
        "C’est ce que vous demandez\u202f; rien n’est traité au-delà.",
        "Jusqu’à ce que vous retiriez les offres, ou effaciez les données du site dans votre navigateur.",
        "Vous, et ceux à qui vous donnez le lien.",
    ),
)
TREATMENTS = (
    (
        "messages",
        "Écrire à une assistante maternelle",
        "Votre nom, votre adresse mail, votre message et les réponses. Elle ne voit pas votre adresse, ni vous la"
        " sienne\u00a0: le site transmet. Rien ne lui parvient avant que vous ayez confirmé votre adresse.",
        "Votre demande, que vous confirmez par mail (article 6.1.b)\u202f; les limites et les signalements, pour éviter"
        " les abus (article 6.1.f).",
        "Message non confirmé\u00a0: {contact_confirm_hours} heures. Conversation\u00a0: {contact_thread_days} jours."
        " Texte d’un message transmis\u00a0: {contact_text_days} jours. Message signalé\u00a0: {contact_report_days}"
        " jours."
        " Un expéditeur bloqué le reste jusqu’à ce qu’elle le débloque\u00a0: son nom et un code tiré de son adresse.",
        "L’assistante maternelle\u202f; les modérateurs, pour un message signalé seulement.",
    ),
    (
        "alertes",
        "Être prévenu quand une place se libère",
        "Votre adresse mail et votre recherche\u00a0: le lieu, les jours et les heures, l’âge de l’enfant si vous"
        " l’avez donné. Rien n’est envoyé avant que vous ayez confirmé votre adresse.",
        "Votre demande, que vous confirmez par mail (article 6.1.b).",
        "Alerte non confirmée\u00a0: {alert_confirm_hours} heures. Confirmée\u00a0: jusqu’à ce que vous l’arrêtiez,"
        " d’un clic dans chaque mail, et {alert_days} jours au plus\u202f; un mail annonce le terme, que vous pouvez"
        " reporter.",
        "Personne\u00a0: le site cherche et écrit tout seul.",
    ),
    (
        "signalements",
        "Signaler une erreur sur une fiche",
        "Ce que vous écrivez, la fiche dont il s’agit et la date\u202f; votre adresse mail si vous la donnez.",
        "Tenir les fiches exactes\u00a0: intérêt légitime (article 6.1.f) et exactitude (article 5.1.d).",
        "{fiche_report_days} jours après la réponse\u202f; sans réponse, {fiche_report_open_days} jours.",
        "Les modérateurs.",
    ),
    (
        "comptes",
        "Les comptes des assistants maternels et des professionnels",
        "Adresse mail, moyens de connexion, appareils connectés\u202f; pour une assistante maternelle, ce qu’elle"
        " inscrit\u00a0: état civil, domicile, agrément et sa copie chiffrée, coordonnées, disponibilités. Le numéro"
        " de sécurité sociale sert à vérifier l’identité et n’est pas conservé. Le nombre d’ouvertures de sa fiche"
        " est compté par jour, sans savoir par qui.",
        "Faire connaître ses disponibilités, comme la loi le demande (code de l’action sociale et des familles,"
        " R. 421-39\u202f; article 6.1.c et 6.1.e).",
        "Tant que le compte existe\u202f; en partant, tout ce qui est privé est effacé sur-le-champ, hors le journal"
        " ci-dessous et les mouvements d’agrément transmis par le département, dont le nom est effacé"
        " {movement_name_days} jours après leur effet s’ils ne valent plus. Copie de l’agrément\u00a0:"
        " {agrement_document_days} jours après la décision. Inscription abandonnée\u00a0: {registration_draft_days}"
        " jours. Session inutilisée\u00a0: {session_days} jours, {session_days_most} au maximum\u202f; pour les"
        " services publics, {session_staff_hours} heures. Code de connexion\u00a0: {code_minutes} minutes."
        " Navigateur reconnu\u00a0: {device_days} jours. Demande de changement d’adresse mail avec l’aide d’un"
        " relais\u00a0: {lost_mailbox_days} jours après sa fin.",
        "Elle-même\u202f; les modérateurs, le département, son relais et son employeur, chacun pour ce que sa mission"
        " demande\u202f; chaque lecture est enregistrée, et elle peut la voir.",
    ),
    (
        "journal",
        "Le journal des accès",
        "Qui, parmi les professionnels, a lu ou changé quoi, et quand\u00a0: les noms des informations, jamais leur"
        " contenu.",
        "Sécurité et preuve (articles 5.1.f et 32).",
        "Il ne peut être ni changé ni effacé\u00a0: aucune durée n’y met fin aujourd’hui.",
        "Les administrateurs\u202f; chaque assistante maternelle, pour ce qui la concerne.",
    ),
    (
        "mails",
        "Les mails que le site envoie",
        "L’adresse et l’objet\u202f; le texte est oublié dès qu’un serveur a pris le mail.",
        "Ne rien envoyer deux fois, et retrouver ce qui n’est pas arrivé (article 6.1.f).",
        "{mail_days} jours, et le texte avec, d’un mail qui n’a pas pu partir. Pour limiter"
        " les abus, des codes tirés des adresses sont comptés un jour.",
        "Les personnes qui exploitent le site.",
    ),
)
COOKIES_TITLE = "Cookies"
COOKIES = (
    "La recherche, les fiches, les favoris et ces pages ne déposent aucun cookie.",
    "Certaines pages ont un formulaire\u00a0: se connecter, s’inscrire, écrire, signaler, créer une alerte. Elles"
    " déposent le cookie «\u00a0{cookie}\u00a0», qui protège le formulaire. Si vous vous connectez, il conserve votre"
    " session\u00a0: {session_days}\u00a0jours sans usage au maximum, {session_staff_hours}\u00a0heures pour les"
    " services publics.",
    "Le cookie «\u00a0{code_cookie}\u00a0» contient, pendant {code_cookie_minutes}\u00a0minutes, l’adresse à laquelle"
    " un code a été envoyé. Si vous passez par un fournisseur d’identité, le cookie «\u00a0{oidc_cookie}\u00a0» suit"
    " cette connexion pendant {oidc_cookie_minutes}\u00a0minutes.",
    "Le cookie «\u00a0{device_cookie}\u00a0» reconnaît ensuite ce navigateur pendant {device_days}\u00a0jours, ou"
    " jusqu’à votre déconnexion. Il vous protège des codes demandés par d’autres, et permet de répondre à un rappel"
    " d’un seul clic.",
    "Vos favoris sont conservés dans votre navigateur, sur votre appareil seulement. La dernière liste de favoris que"
    " vous avez ouverte y reste lisible sans connexion. Tant que l’onglet est ouvert, le navigateur retient aussi où"
    " vous en étiez dans vos listes de résultats. Rien de cela ne nous est envoyé.",
    "Ces cookies sont strictement nécessaires\u00a0: la loi n’exige pas votre accord (loi Informatique et Libertés,"
    " article 82).",
    "Aucun traceur, aucune mesure d’audience, aucune publicité, aucun fichier chargé chez un tiers{tiles}.",
)
TILES = ", hors le fond de carte, demandé à {host}"
RIGHTS_TITLE = "Vos droits"
RIGHTS = (
    "Vous pouvez demander à voir vos données, à les corriger, à les effacer, à en limiter l’usage, à les recevoir"
    " pour les porter ailleurs, et vous opposer à leur usage (RGPD, articles 15 à 21).",
    "Une assistante maternelle télécharge ses données, les corrige, met sa fiche en pause et ferme son compte depuis"
    " son espace. Chacun peut écrire à {contact}.",
    "Si la réponse ne vous convient pas, vous pouvez vous plaindre à la CNIL\u00a0: 3 place de Fontenoy, TSA 80715,"
    " 75334 Paris Cedex 07, cnil.fr.",
)

ACCESSIBILITY_TITLE = "Accessibilité"
ACCESSIBILITY_LEAD = (
    "Ribambelle s’efforce d’être utilisable par tous, au clavier, au lecteur d’écran, sur un petit écran et sans"
    " JavaScript (loi n°\u00a02005-102 du 11 février 2005, article 47)."
)
ACCESSIBILITY = (
    (
        "etat",
        "État de conformité",
        (
            "Ce site est non conforme au référentiel général d’amélioration de l’accessibilité (RGAA,"
            " version\u00a04.1), au sens de ce référentiel\u00a0: aucun audit n’en a encore mesuré les critères. Ce"
            " qui suit est notre propre contrôle.",
        ),
    ),
    (
        "controle",
        "Ce qui est contrôlé",
        (
            (
                "chaque page, à chaque changement, par l’outil axe-core dans Chromium\u00a0: il trouve une partie des"
                " défauts, pas tous",
                "les parcours principaux au clavier seul, à 360 pixels de large et sans JavaScript",
                "les noms et les rôles que reçoit un lecteur d’écran",
                "les contrastes, en clair et en sombre\u202f; le mouvement réduit\u202f; la taille des cibles",
            ),
            "Le site n’a pas encore été essayé avec des personnes handicapées, ni sur tous les lecteurs d’écran"
            " (NVDA, JAWS, VoiceOver, TalkBack).",
        ),
    ),
    (
        "limites",
        "Limites connues",
        (
            (
                "La carte se parcourt mal sans la vue\u00a0: la liste à côté d’elle donne les mêmes offres, avec leurs"
                " distances.",
                "Le trajet dessiné et la zone d’un domicile caché n’ont que leur texte pour équivalent.",
                "Les textes écrits par les assistants maternels et les structures, et leurs sites, ne dépendent pas de"
                " nous.",
                "Le tableau de comparaison défile de côté sur un petit écran.",
                "Le site n’existe pas encore en langue des signes ni en facile à lire et à comprendre.",
            ),
        ),
    ),
    (
        "contact",
        "Signaler une difficulté",
        (
            "Si quelque chose vous empêche d’accéder à un contenu ou à un service, écrivez à {contact}\u00a0: nous vous"
            " répondrons, et chercherons avec vous un autre moyen d’obtenir l’information.",
        ),
    ),
    (
        "recours",
        "Voies de recours",
        (
            "Si vous nous avez signalé un défaut et n’avez pas obtenu de réponse satisfaisante, vous pouvez saisir le"
            " Défenseur des droits\u00a0:",
            (
                "en ligne, sur defenseurdesdroits.fr",
                "par téléphone, au 09\u00a069\u00a039\u00a000\u00a000",
                "par courrier gratuit, sans timbre\u00a0: Défenseur des droits, Libre réponse 71120,"
                " 75342 Paris Cedex 07",
                "auprès de la personne déléguée dans votre département",
            ),
        ),
    ),
)

LEGAL_TITLE = "Mentions légales"
LEGAL_LEAD = "Qui publie ce site, qui l’héberge, et ce que l’on peut en reprendre."
LEGAL = (
    (
        "editeur",
        "Éditeur",
        ("Ce site est publié par {operator}.", "Pour le joindre\u00a0: {contact}."),
    ),
    ("hebergeur", "Hébergeur", ("{host}",)),
    (
        "reprise",
        "Ce que l’on peut reprendre",
        (
            "Le logiciel est libre. Les données ouvertes gardent leur licence, dite au bas de chaque fiche. Les"
            " informations sur les personnes ne peuvent pas être rassemblées ni réutilisées pour un autre but que de"
            " chercher un accueil\u00a0: ce sont des données personnelles.",
        ),
    ),
    (
        "responsabilite",
        "Ce que le site ne garantit pas",
        (
            "Les disponibilités et les tarifs sont déclarés par celles et ceux qui accueillent\u00a0: vérifiez-les avec"
            " eux. Le contrat se conclut entre vous et la personne ou la structure.",
        ),
    ),
)
