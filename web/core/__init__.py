"""What every page of the site may use: for now the guard of forms that anybody may send. May touch what `web` may."""
