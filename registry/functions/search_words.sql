-- The words of an offer's kind that free text finds (field `what`): those of domain/vocabulary.py, by kind and subkind;
-- tests/indexer/test_functions.py holds the two together.
create or replace function search_words(kind text, subkind text) returns text stable parallel safe language sql as
$$
select jsonb '{
    "eaje": "Crèche",
    "eaje/multi_accueil": "Crèche Multi-accueil",
    "eaje/multi_accueil_familial": "Crèche Multi-accueil collectif et familial",
    "eaje/creche_collective": "Crèche Crèche collective",
    "eaje/creche_familiale": "Crèche Crèche familiale",
    "eaje/creche_parentale": "Crèche Crèche parentale",
    "eaje/creche_personnel": "Crèche Crèche de personnel",
    "eaje/micro_creche": "Crèche Micro-crèche",
    "eaje/halte_garderie": "Crèche Halte-garderie",
    "eaje/jardin_enfants": "Crèche Jardin d’enfants",
    "mam": "Maison d’assistants maternels",
    "assistant_maternel": "Assistant maternel",
    "rpe": "Relais petite enfance",
    "lieu_information": "Lieu d’information",
    "accueil_loisirs": "Accueil de loisirs",
    "laep": "Lieu d’accueil enfants-parents",
    "mediation_familiale": "Médiation familiale",
    "garde_domicile": "Garde à domicile",
    "espace_rencontre": "Espace de rencontre",
    "reaap": "Réseau d’écoute et d’appui des parents",
    "clas": "Accompagnement à la scolarité",
    "point_relais_caf": "Point relais Caf",
    "point_numerique_caf": "Point numérique Caf",
    "france_services": "France services"
}' ->> concat_ws('/', kind, subkind)
$$;
