#!/bin/sh
# Renews what the web serves of others' work (src/sigill/faces/web/static/vendor), each with its licence, by npm.
# Versions are pinned here; run it after changing one, and commit what it writes.
set -eu
cd "$(dirname "$0")/.."
to=src/sigill/faces/web/static/vendor
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
htmx=2.0.11 css=1.22.0 font=5.3.0
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tmp" "htmx.org@$htmx" \
    "@digdir/designsystemet-css@$css" \
    "@fontsource-variable/source-sans-3@$font" >/dev/null
from=$tmp/node_modules
rm -rf "$to" && mkdir -p "$to/htmx" "$to/designsystemet" "$to/source-sans-3"
cp "$from/htmx.org/dist/htmx.min.js" "$from/htmx.org/LICENSE" "$to/htmx/"
cp "$from/@digdir/designsystemet-css/LICENSE" "$to/designsystemet/"
# The bundle names its source map, which is not served.
sed -e '/sourceMappingURL/d' "$from/@digdir/designsystemet-css/dist/src/index.css" >"$to/designsystemet/index.css"
sed -e '/sourceMappingURL/d' "$from/@digdir/designsystemet-css/dist/theme/designsystemet.css" >"$to/designsystemet/theme.css"
for set in latin latin-ext; do
    cp "$from/@fontsource-variable/source-sans-3/files/source-sans-3-$set-wght-normal.woff2" "$to/source-sans-3/"
done
cp "$from/@fontsource-variable/source-sans-3/LICENSE" "$to/source-sans-3/OFL.txt"
printf 'htmx.org %s 0BSD\n@digdir/designsystemet-css %s MIT\n@fontsource-variable/source-sans-3 %s OFL-1.1\n' \
    "$htmx" "$css" "$font" >"$to/VERSIONS"
