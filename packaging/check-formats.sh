# Part of the scripts that run before files are replaced: refuses a version that is too old for the data of the appliance.
# POSIX sh, od and awk alone. A format stands in the header of an SQLite file: its kind at byte 68, its version at byte 60; a change that
# has not left the write-ahead log yet stands in a copy of page 1 there.

# Prints the kind and the highest version of a file, as one may read `4353474C 2`.
format_of() {
  kind=$(od -An -v -tx1 -j68 -N4 "$1" | tr -d ' \n' | tr a-f A-F)
  version=$((0x0$(od -An -v -tx1 -j60 -N4 "$1" | tr -d ' \n')))
  page=$((0x0$(od -An -v -tx1 -j16 -N2 "$1" | tr -d ' \n')))
  if [ "$page" = 1 ]; then page=65536; fi
  if [ -s "$1-wal" ] && [ "$page" -ge 512 ]; then
    logged=$(od -An -v -tx1 -w$((page + 24)) -j32 "$1-wal" |
      awk '$1 $2 $3 $4 == "00000001" && NF >= 88 { v = $85 $86 $87 $88; if (v > most) most = v } END { print most }')
    if [ -n "$logged" ] && [ "$((0x0$logged))" -gt "$version" ]; then version=$((0x0$logged)); fi
  fi
  echo "$kind $version"
}

# The values of `data`, `directory` and `heads` in a configuration, in whichever of TOML's spellings on one line; ? and the number of a line
# that is not understood.
folders_in_text() {
  awk '
    {
      line = $0
      while (match(line, /^([^"\047#]|"[^"]*"|\047[^\047]*\047)*#/)) line = substr(line, 1, RLENGTH - 1)
      while (match(line, /(^|[ \t{,.])["\047]?(data|directory|heads)["\047]?[ \t]*=[ \t]*/)) {
        line = substr(line, RSTART + RLENGTH)
        match(line, /^("[^"\\]*"|\047[^\047]*\047)/)
        if (RLENGTH > 2) print substr(line, 2, RLENGTH - 2)
        else print "?" NR
      }
    }' "$1"
}

# The folders that may hold files of the appliance: the package's own, and those that the configuration names. The installed program
# reads it; where there is none, or none that can, the text is searched.
folders_of_data() {
  echo /var/lib/countersign
  config=/etc/countersign/countersign.toml
  [ -r "$config" ] || return 0
  if command -v countersign >/dev/null && named=$(countersign --config "$config" folders 2>/dev/null); then
    echo "$named"
    return 0
  fi
  named=$(folders_in_text "$config")
  case $named in
    *'?'*)
      echo "countersign: cannot tell where the data of this appliance is, so whether this version can read it: in $config" >&2
      echo "a folder is not written as name = \"/folder\", in line $(echo "$named" | sed -n 's/^?//p' | head -n 1). Nothing was changed." >&2
      return 1
      ;;
  esac
  echo "$named" | sed 's|^[^/]|/etc/countersign/&|'
}

# Ends the script where a file is of a format that this version does not know.
check_formats() {
  folders=$(folders_of_data) || exit 1
  newer=$(echo "$folders" | sort -u | while IFS= read -r folder; do
    [ -d "$folder" ] || continue
    # Folders may be links to other disks.
    find -L "$folder" -maxdepth 4 -name '*.sqlite' -type f -size +0 | while IFS= read -r file; do
      found=$(format_of "$file")
      for known in $KNOWN_FORMATS; do
        if [ "${found% *}" = "${known%:*}" ] && [ "${found#* }" -gt "${known#*:}" ]; then
          echo "  $file has format ${found#* }, this version knows formats up to ${known#*:}"
        fi
      done
    done
  done)
  if [ -n "$newer" ]; then
    echo "countersign: version $THIS_VERSION is older than the data of this appliance:" >&2
    echo "$newer" >&2
    echo "Nothing was changed. Install the version that wrote them or a newer one, or restore a backup that is as old." >&2
    exit 1
  fi
}
