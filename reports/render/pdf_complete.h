#pragma once

#include <string>

namespace countersign::render::pdf {

/// Adds to a file of cairo 1.16 what that leaves out and tagged PDF asks for: the language, English; that
/// viewers show the title; that running heads and feet are artifacts; what each head of a table is the head
/// of. A file of another shape comes back as it is: later versions of cairo write other files, and mark
/// artifacts themselves.
std::string complete(std::string pdf);

}  // namespace countersign::render::pdf
