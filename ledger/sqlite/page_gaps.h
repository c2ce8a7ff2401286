#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace countersign::sqlite {

/// Zeroes the bytes of a page of a b-tree that belong to none of its cells: what lies between the cell
/// pointers and the cells, and the free blocks among the cells (SQLite file format, section 1.6). SQLite
/// leaves copies of cells there that it moved to another page, also with secure_delete. `header` is where the
/// page's header begins: 100 on the first page of a file, else 0; `usable` the page size without the reserved
/// bytes at its end. A page of another kind, or one that makes no sense, is left as it is. Whether anything
/// changed.
bool zero_page_gaps(std::span<std::uint8_t> page, std::size_t header, std::size_t usable);

}  // namespace countersign::sqlite
