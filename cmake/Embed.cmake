# cmake -DROOT=<source tree> -DOUT=<file> -P Embed.cmake
# Writes the catalogue and the SQL of the workspace as C++ that reports/engine/built_in.cpp includes.

set(text "")
foreach(pair IN ITEMS "kEvidenceSql=evidence" "kSummariesSql=summaries" "kPolicySql=policy")
  string(REPLACE "=" ";" pair "${pair}")
  list(GET pair 0 name)
  list(GET pair 1 file)
  file(READ "${ROOT}/reports/workspace/${file}.sql" content)
  string(APPEND text "const std::string_view ${name} = R\"embedded(${content})embedded\";\n")
endforeach()

string(APPEND text "std::vector<Catalogue::File> built_in_files() {\n  return {\n")
file(GLOB files RELATIVE "${ROOT}" "${ROOT}/reports/controls/*.toml" "${ROOT}/reports/controls/*.sql"
     "${ROOT}/reports/detections/*.toml" "${ROOT}/reports/detections/*.sql"
     "${ROOT}/reports/listings/*.toml" "${ROOT}/reports/listings/*.sql")
list(SORT files)
foreach(file IN LISTS files)
  file(READ "${ROOT}/${file}" content)
  string(APPEND text "      {\"${file}\", R\"embedded(${content})embedded\"},\n")
endforeach()
string(APPEND text "  };\n}\n")

file(WRITE "${OUT}" "${text}")
