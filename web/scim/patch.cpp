#include "web/scim/patch.h"

#include "web/scim/filter.h"
#include "web/scim/message.h"
#include "web/scim/resource.h"
#include "web/scim/values.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace countersign::scim {
namespace {

namespace json = boost::json;

json::string_view key(std::string_view text) { return {text.data(), text.size()}; }

std::string_view text_of(const json::string& text) { return {text.data(), text.size()}; }

bool is_read_only(const AttributePath& path) {
  return (path.attribute != nullptr && path.attribute->mutability == Mutability::read_only) ||
         (path.sub != nullptr && path.sub->mutability != Mutability::read_write);
}

/// One operation after another on a copy of the document.
class Patcher {
 public:
  Patcher(Kind kind, const json::object& document) : kind_(kind), document_(document) {}

  Outcome<void> apply(const json::value& sent) {
    const auto* object = sent.if_object();
    const auto* op = object == nullptr ? nullptr : member_of(*object, "op");
    if (op == nullptr || !op->is_string())
      return refuse(ScimType::invalid_syntax, "it must be an object with op");
    const auto name = text_of(op->get_string());
    if (!same_folded(name, "add") && !same_folded(name, "replace") && !same_folded(name, "remove"))
      return refuse(ScimType::invalid_syntax, "op must be add, replace or remove");
    operation_ = same_folded(name, "add")       ? Operation::add
                 : same_folded(name, "replace") ? Operation::replace
                                                : Operation::remove;
    const auto* value = member_of(*object, "value");
    if (value != nullptr && value->is_null() && operation_ == Operation::remove) value = nullptr;
    if (value == nullptr && operation_ != Operation::remove)
      return refuse(ScimType::invalid_value, "add and replace need a value");
    const auto* path = member_of(*object, "path");
    if (path == nullptr || path->is_null()) return apply_map(value);
    if (!path->is_string()) return refuse(ScimType::invalid_path, "path must be a text");
    return apply_named(text_of(path->get_string()), value);
  }

  Outcome<json::object> finish() {
    if (const auto* missing = missing_attribute(kind_, document_))
      return refuse(ScimType::mutability, fmt::format("{} is required and cannot be removed", missing->name));
    return arranged(kind_, document_);
  }

 private:
  Outcome<void> apply_named(std::string_view text, const json::value* value) {
    const auto path = read_patch_path(kind_, text);
    if (!path) return tl::unexpected(path.error());
    if (path->known == Known::no) return refuse(ScimType::invalid_path, "path names no attribute");
    if (is_read_only(path->path)) {
      const auto* what = path->path.sub == nullptr ? path->path.attribute : path->path.sub;
      return refuse(ScimType::mutability, fmt::format("{} cannot be changed", what->name));
    }
    return apply_at(*path, value);
  }

  /// Without path the value is a part of the resource.
  Outcome<void> apply_map(const json::value* value) {
    if (operation_ == Operation::remove) return refuse(ScimType::no_target, "remove needs a path");
    if (!value->is_object())
      return refuse(ScimType::invalid_value, "without a path the value must be an object");
    for (const auto& member : value->get_object()) {
      const auto path = read_patch_path(kind_, {member.key().data(), member.key().size()});
      if (!path) return tl::unexpected(path.error());
      if (path->known == Known::no || is_read_only(path->path)) continue;
      if (auto done = apply_at(*path, &member.value()); !done) return done;
    }
    return {};
  }

  Outcome<void> apply_at(const PatchPath& path, const json::value* value) {
    const auto* attribute = path.path.attribute;
    if (path.known == Known::disregarded) return {};
    if (attribute == nullptr) return apply_extension(value);
    if (!attribute->multi_valued) return apply_single(path.path, value);
    if (path.path.sub != nullptr && !path.filter)
      return refuse(ScimType::invalid_path,
                    fmt::format("{} has several values: a filter must say which", attribute->name));
    auto& values = container(path.path.extension)[key(attribute->name)];
    if (!values.is_array()) values.emplace_array();
    auto done = path.filter ? change_selected(operation_, *attribute, path.path.sub, *path.filter,
                                              values.get_array(), value)
                            : change_values(operation_, *attribute, values.get_array(), value);
    if (!done) return done;
    const auto max = attribute->name == "members" ? kMembersMax : kValuesMax;
    if (values.get_array().size() > max)
      return refuse(ScimType::invalid_value,
                    fmt::format("{} can have at most {} values", attribute->name, max));
    if (values.get_array().empty()) container(path.path.extension).erase(key(attribute->name));
    return {};
  }

  Outcome<void> apply_extension(const json::value* value) {
    const auto* extension = extension_schema(kind_);
    if (operation_ == Operation::remove || value->is_null()) {
      document_.erase(key(extension->urn));
      return {};
    }
    if (!value->is_object())
      return refuse(ScimType::invalid_value, "the value of an extension must be an object");
    for (const auto& member : value->get_object()) {
      const auto* attribute = find(extension->attributes, {member.key().data(), member.key().size()});
      if (attribute == nullptr) continue;
      if (auto done = apply_single({true, attribute, nullptr}, &member.value()); !done) return done;
    }
    return {};
  }

  Outcome<void> apply_single(const AttributePath& path, const json::value* value) {
    const auto& attribute = *path.attribute;
    auto& object = container(path.extension);
    const auto name = key(attribute.name);
    if (path.sub == nullptr && (operation_ == Operation::remove || value->is_null())) {
      object.erase(name);
      return {};
    }
    if (attribute.type != Type::complex) return store(object, name, read_value(attribute, *value));

    // Sub-attributes that are not named stay as they are, with replace, too (section 3.5.2.3).
    const auto* old = object.if_contains(name);
    json::object base = old == nullptr ? json::object() : old->get_object();
    if (path.sub != nullptr) {
      base[key(path.sub->name)] = operation_ == Operation::remove ? json::value() : *value;
      return store(object, name, read_value(attribute, base));
    }
    const auto* array = value->if_array();
    const auto& one = array != nullptr && array->size() == 1 ? array->front() : *value;
    if (!one.is_object()) return store(object, name, read_value(attribute, one));
    return store(object, name, read_value(attribute, merged(attribute, base, one.get_object())));
  }

  static Outcome<void> store(json::object& object, json::string_view name, Outcome<json::value> value) {
    if (!value) return tl::unexpected(value.error());
    if (value->is_null())
      object.erase(name);
    else
      object[name] = std::move(*value);
    return {};
  }

  json::object& container(bool extension) {
    if (!extension) return document_;
    auto& value = document_[key(kEnterpriseSchema)];
    return value.is_object() ? value.get_object() : value.emplace_object();
  }

  Kind kind_;
  json::object document_;
  Operation operation_ = Operation::add;
};

}  // namespace

Outcome<json::object> apply_patch(Kind kind, const json::object& document, const json::value& message) {
  const auto* operations =
      is_message(message, kPatchMessage) ? member_of(message.get_object(), "Operations") : nullptr;
  if (operations == nullptr || !operations->is_array() || operations->get_array().empty())
    return refuse(
        ScimType::invalid_syntax,
        fmt::format("the body must be an object with schemas, which name {}, and Operations", kPatchMessage));
  const auto& array = operations->get_array();
  if (array.size() > kOperationsMax)
    return refuse(ScimType::invalid_value, fmt::format("at most {} operations are taken", kOperationsMax));
  Patcher patcher(kind, document);
  for (std::size_t i = 0; i < array.size(); ++i) {
    auto done = patcher.apply(array[i]);
    if (done) continue;
    done.error().detail.insert(0, fmt::format("operation {}: ", i + 1));
    return tl::unexpected(done.error());
  }
  return patcher.finish();
}

}  // namespace countersign::scim
