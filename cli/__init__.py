"""The command `ribambelle`: a thin face on the rooms, each command in the module named for what it touches.

It may import every room; what it prints is French. No rule of the domain lives here.
"""

import typer

from cli import accounts, data, dead_letters, demo, imports, index, jobs, legacy, mail, scales, serve, status, widget
from registry.parsing import children

app = typer.Typer(
    help="Ribambelle trouve une place pour un enfant.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Every command is given keys.
    callback=children.keep_secrets,
)
importing = typer.Typer(help="Importer des données ouvertes, ou annuler un import.", no_args_is_help=True)
indexing = typer.Typer(help="L’index de recherche\u00a0: le construire, le suivre, le vérifier.", no_args_is_help=True)
generating = typer.Typer(help="Créer des données fictives, marquées comme telles.", invoke_without_command=True)
people = typer.Typer(help="Les comptes, et la reprise de ceux de l’ancien portail.", no_args_is_help=True)
mailing = typer.Typer(help="Les réponses par mail entre parents et assistantes maternelles.", no_args_is_help=True)
dated = typer.Typer(help="Les règles et montants qui changent selon la date.", no_args_is_help=True)
widgets = typer.Typer(help="La recherche montrée sur les sites des communes.", no_args_is_help=True)
widget_keys = typer.Typer(help="Les clés de ces sites.", no_args_is_help=True)
letters = typer.Typer(help="Les documents que l’index a refusés.", no_args_is_help=True)

app.command("demo")(demo.demo)
app.command("up")(demo.up)
app.command("migrate")(data.migrate)
app.command("territory")(data.territory)
app.add_typer(importing, name="import")
importing.command("structures")(imports.structures)
importing.command("runs")(imports.listing)
importing.command("undo")(imports.undo)
app.add_typer(generating, name="generate")
generating.callback()(data.generate)
generating.command("legacy")(legacy.generate)
app.command("rotate-documents")(data.rotate_documents)
app.add_typer(people, name="accounts")
people.command("create")(accounts.create)
people.command("close")(accounts.close)
people.command("reset-factor")(accounts.reset_factor)
people.command("migrate")(legacy.migrate)
app.add_typer(dated, name="scales")
dated.command("list")(scales.listing)
dated.command("add")(scales.add)
dated.command("remove")(scales.remove)
app.add_typer(widgets, name="widget")
widgets.add_typer(widget_keys, name="key")
widget_keys.command("add")(widget.add)
widget_keys.command("list")(widget.listing)
widget_keys.command("revoke")(widget.revoke)
app.command("daily")(data.daily)
app.add_typer(indexing, name="index")
indexing.command("rebuild")(index.rebuild)
indexing.command("run")(index.run)
indexing.command("check")(index.check)
indexing.command("status")(status.status)
indexing.command("rollback")(index.rollback)
indexing.command("drop-kept")(index.drop_kept)
indexing.add_typer(letters, name="dead-letters")
letters.command("list")(dead_letters.listing)
letters.command("show")(dead_letters.show)
letters.command("retry")(dead_letters.retry)
letters.command("drop")(dead_letters.drop)
app.command("jobs")(jobs.jobs)
app.add_typer(mailing, name="mail")
mailing.command("receive")(mail.receive)
app.command("serve")(serve.serve)
