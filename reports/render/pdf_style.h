#pragma once

#include <cstddef>

/// How the pages of a PDF look: measures in points (1/72 inch), colours, kinds of text.
namespace countersign::render::pdf {

struct Colour {
  double red = 0, green = 0, blue = 0;
};

inline constexpr Colour kInk{0.11, 0.12, 0.14};
inline constexpr Colour kQuiet{0.34, 0.37, 0.42};  ///< 7 to 1 on white
inline constexpr Colour kAccent{0.06, 0.27, 0.44};
inline constexpr Colour kRule{0.79, 0.81, 0.84};
inline constexpr Colour kPanel{0.955, 0.963, 0.972};

inline constexpr double kPageWidth = 595.28, kPageHeight = 841.89;  // A4
inline constexpr double kLeft = 56, kRight = kPageWidth - 56, kWidth = kRight - kLeft;
inline constexpr double kTop = 84, kBottom = kPageHeight - 72;  // of what is not head or foot
inline constexpr double kRoom = kBottom - kTop;

/// What is shown at most; the rest is in the report's JSON.
inline constexpr std::size_t kExceptionsShown = 100, kRowsShown = 500, kPicksShown = 500, kColumnsShown = 12;
inline constexpr std::size_t kCellBytesMax = 2000, kTextBytesMax = 20000, kCodeBytesMax = 60000;

enum class Face { sans, bold, italic, mono };
enum class Align { left, right };

struct TextStyle {
  Face face = Face::sans;
  double size = 9.5;
  double leading = 14;  ///< from line to line
  Colour colour = kInk;
  Align align = Align::left;
  double hanging = 0;  ///< by which all lines but the first are moved in
};

inline constexpr TextStyle kBody{};
inline constexpr TextStyle kNote{Face::sans, 8, 11.5, kQuiet};
inline constexpr TextStyle kCell{Face::sans, 8, 11};
inline constexpr TextStyle kCellBold{Face::bold, 8, 11};
inline constexpr TextStyle kCellMono{Face::mono, 7.4, 11};
inline constexpr TextStyle kCellHead{Face::bold, 7.4, 10, kQuiet};
inline constexpr TextStyle kCode{Face::mono, 7.4, 10.4, kInk, Align::left, 18};
inline constexpr TextStyle kRunning{Face::sans, 7.4, 10, kQuiet};
inline constexpr TextStyle kTitle{Face::bold, 23, 28.5};
inline constexpr TextStyle kSubtitle{Face::sans, 11, 15, kQuiet};
inline constexpr TextStyle kSubheading{Face::sans, 10.5, 14};
inline constexpr TextStyle kResult{Face::bold, 9.5, 14};
inline constexpr TextStyle kHeading1{Face::bold, 16, 20, kAccent};
inline constexpr TextStyle kHeading2{Face::bold, 11.5, 15};
inline constexpr TextStyle kHeading3{Face::bold, 9.5, 13};

}  // namespace countersign::render::pdf
