# Collects the comment that opens each pass's file into rows HEADER_LINE(pass, "a line of it").
FNR == 1 { inside = /^\/\* pass /; name = $3 }
inside {
    line = $0
    inside = line !~ /\*\//
    sub(/ *\*\/.*$/, "", line)
    sub(/^[ \/]?\*+ ?/, "", line)
    if (FNR == 1) sub(/^pass /, "", line)
    gsub(/\\/, "\\\\", line)
    gsub(/"/, "\\\"", line)
    if (inside || line != "") printf "HEADER_LINE(%s, \"%s\")\n", name, line
}
