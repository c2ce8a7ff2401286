# The pages, which Vite builds of web/ui, and how files get into a program.

find_program(NODE NAMES node nodejs REQUIRED)
find_program(NPM npm REQUIRED)

set(PORTAL_UI "${PROJECT_SOURCE_DIR}/web/ui")
set(PORTAL_PACKAGES "${PORTAL_UI}/node_modules/.package-lock.json")

# The lock file says which packages, and the hash of each. Each build tree has this command, and npm would take away what the others use.
add_custom_command(OUTPUT "${PORTAL_PACKAGES}"
  COMMAND sh -c "test -e node_modules/.package-lock.json && test -z \"$(find package.json package-lock.json .npmrc -newer node_modules/.package-lock.json)\" || exec \"$0\" ci --loglevel=error" "${NPM}"
  DEPENDS "${PORTAL_UI}/package.json" "${PORTAL_UI}/package-lock.json" "${PORTAL_UI}/.npmrc"
  WORKING_DIRECTORY "${PORTAL_UI}"
  COMMENT "Installing the packages of web/ui"
  VERBATIM)
add_custom_target(portal_packages DEPENDS "${PORTAL_PACKAGES}")

file(GLOB_RECURSE PORTAL_SOURCES CONFIGURE_DEPENDS "${PORTAL_UI}/src/*" "${PORTAL_UI}/*.html" "${PORTAL_UI}/*.ts" "${PORTAL_UI}/*.json" "${PORTAL_UI}/*.mjs")
list(FILTER PORTAL_SOURCES EXCLUDE REGEX "/(node_modules|dist[^/]*)/")

# countersign_page(<name> <script> <embedded> <symbol>): runs an npm script of web/ui that writes a folder, and packs the folder into a source that
# defines `symbol` (see web/ui/embed.mjs). The source is the variable <name>_SOURCE. Files that are named behind are all that the page is made of.
function(countersign_page name script symbol)
  set(sources ${ARGN})
  if(NOT sources)
    set(sources ${PORTAL_SOURCES})
  endif()
  set(folder "${PROJECT_BINARY_DIR}/generated/${name}")
  add_custom_command(OUTPUT "${folder}.cpp"
    COMMAND ${CMAKE_COMMAND} -E env OUT=${folder} ${NPM} run --silent ${script}
    COMMAND ${NODE} embed.mjs "${folder}" "${folder}.cpp" ${symbol}
    DEPENDS ${sources} "${PORTAL_PACKAGES}"
    WORKING_DIRECTORY "${PORTAL_UI}"
    COMMENT "Building the page ${name}"
    VERBATIM)
  add_custom_target(${name}_page DEPENDS "${folder}.cpp")
  add_dependencies(${name}_page portal_packages)
  set(${name}_SOURCE "${folder}.cpp" PARENT_SCOPE)
endfunction()
