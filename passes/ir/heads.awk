# Collects the heads of all forms of languages.def into rows HEAD(identifier, "text").
/^ADD/ {
    split($0, parts, "\"")
    form = parts[2]
    while (match(form, /\([a-z][a-z0-9-]+/)) {
        head = substr(form, RSTART + 1, RLENGTH - 1)
        form = substr(form, RSTART + RLENGTH)
        if (head in seen) continue
        seen[head] = 1
        id = head
        gsub(/-/, "_", id)
        printf "HEAD(%s, \"%s\")\n", id, head
    }
}
