# cmake -DROOT=<source tree> -DOUT=<file> -P EmbedAnswers.cmake
# Writes the library of answers and the synonyms as C++ that reports/answers/built_in.cpp includes.

set(text "std::vector<Library::File> built_in_answers() {\n  return {\n")
file(GLOB files RELATIVE "${ROOT}" "${ROOT}/reports/answers/library/*.toml")
list(SORT files)
foreach(file IN LISTS files)
  file(READ "${ROOT}/${file}" content)
  string(APPEND text "      {\"${file}\", R\"embedded(${content})embedded\"},\n")
endforeach()
string(APPEND text "  };\n}\n")

file(READ "${ROOT}/reports/answers/synonyms.toml" content)
string(APPEND text "std::string_view built_in_synonyms() { return R\"embedded(${content})embedded\"; }\n")

file(WRITE "${OUT}" "${text}")
