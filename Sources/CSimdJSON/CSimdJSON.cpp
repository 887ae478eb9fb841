#include "CSimdJSON.h"

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace ondemand = simdjson::ondemand;

static_assert(NM_JSON_PADDING >= simdjson::SIMDJSON_PADDING, "a line needs more padding than promised");

namespace {

constexpr int nowhere = -1;

/// A step of the declared paths.
struct Node {
    std::string key;
    std::vector<int> children;
    int slot = nowhere;
    bool is_exploded = false;
    bool is_below_exploded = false;
    /// The visit that met this node last, to find repeated keys.
    uint64_t visit = 0;
};

struct Slot {
    bool is_of_element = false;
    size_t column = 0;
};

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/// The grammar of RFC 8259, section 6; any number of digits, so that nothing is rounded here.
bool is_number(std::string_view token) {
    size_t at = 0;
    auto digits = [&] {
        size_t start = at;
        while (at < token.size() && is_digit(token[at])) { at++; }
        return at > start;
    };
    if (at < token.size() && token[at] == '-') { at++; }
    if (at < token.size() && token[at] == '0') {
        at++;
    } else if (!digits()) {
        return false;
    }
    if (at < token.size() && token[at] == '.') {
        at++;
        if (!digits()) { return false; }
    }
    if (at < token.size() && (token[at] | 0x20) == 'e') {
        at++;
        if (at < token.size() && (token[at] == '+' || token[at] == '-')) { at++; }
        if (!digits()) { return false; }
    }
    return at == token.size();
}

bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

std::string_view trimmed(std::string_view token) {
    while (!token.empty() && is_blank(token.back())) { token.remove_suffix(1); }
    return token;
}

nm_json_outcome outcome(simdjson::error_code error) {
    switch (error) {
    case simdjson::SUCCESS: return NM_JSON_OK;
    case simdjson::UTF8_ERROR: return NM_JSON_NOT_UTF8;
    case simdjson::MEMALLOC:
    case simdjson::CAPACITY: return NM_JSON_NO_MEMORY;
    default: return NM_JSON_SYNTAX;
    }
}

} // namespace

struct nm_json_reader {
    ondemand::parser parser;
    std::vector<Node> nodes{1};
    std::vector<Slot> slots;
    size_t parent_columns = 0;
    size_t element_columns = 0;

    std::vector<nm_json_value> parent;
    std::vector<nm_json_value> elements;
    size_t element_count = 0;
    bool has_nul = false;
    uint64_t visits = 0;
    char *scratch = nullptr;
    size_t scratch_used = 0;

    int child(int node, std::string_view key) const {
        if (node == nowhere) { return nowhere; }
        for (int child : nodes[size_t(node)].children) {
            if (nodes[size_t(child)].key == key) { return child; }
        }
        return nowhere;
    }

    /// The node at the end of a path, made where it is not there.
    int declare(std::string_view path) {
        int node = 0;
        std::string key;
        for (size_t at = 0; at <= path.size(); at++) {
            if (at < path.size() && path[at] == '\\' && at + 1 < path.size()) {
                key.push_back(path[++at]);
            } else if (at < path.size() && path[at] != '.') {
                key.push_back(path[at]);
            } else {
                int next = child(node, key);
                if (next == nowhere) {
                    next = int(nodes.size());
                    nodes.emplace_back();
                    nodes.back().key = key;
                    nodes.back().is_below_exploded =
                        nodes[size_t(node)].is_below_exploded || nodes[size_t(node)].is_exploded;
                    nodes[size_t(node)].children.push_back(next);
                }
                node = next;
                key.clear();
            }
        }
        return node;
    }

    nm_json_outcome read(const char *line, size_t length) {
        parent.assign(parent_columns, nm_json_value{});
        elements.clear();
        element_count = 0;
        has_nul = false;
        scratch_used = 0;

        ondemand::document document;
        auto error = parser.iterate(simdjson::padded_string_view(line, length, length + NM_JSON_PADDING)).get(document);
        if (error) { return error == simdjson::EMPTY ? NM_JSON_SYNTAX : outcome(error); }
        ondemand::json_type type;
        if ((error = document.type().get(type))) { return outcome(error); }
        if (type != ondemand::json_type::object) { return NM_JSON_NOT_AN_OBJECT; }
        ondemand::object object;
        if ((error = document.get_object().get(object))) { return outcome(error); }
        auto result = visit_object(object, 0, 1, ++visits);
        if (result != NM_JSON_OK) { return result; }
        // Where nothing follows, there is no location.
        return document.current_location().error() ? NM_JSON_OK : NM_JSON_SYNTAX;
    }

    nm_json_outcome visit_object(ondemand::object object, int node, unsigned depth, uint64_t visit_number) {
        if (depth > NM_JSON_MAX_DEPTH) { return NM_JSON_TOO_DEEP; }
        for (auto item : object) {
            ondemand::field field;
            auto error = std::move(item).get(field);
            if (error) { return outcome(error); }
            std::string_view key;
            if ((error = field.unescaped_key().get(key))) { return outcome(error); }
            int next = child(node, key);
            if (next != nowhere) {
                if (nodes[size_t(next)].visit == visit_number) { return NM_JSON_REPEATED_KEY; }
                nodes[size_t(next)].visit = visit_number;
            }
            auto result = visit(field.value(), next, depth, visit_number);
            if (result != NM_JSON_OK) { return result; }
        }
        return NM_JSON_OK;
    }

    nm_json_outcome visit_array(ondemand::array array, int node, unsigned depth, uint64_t visit_number) {
        if (depth > NM_JSON_MAX_DEPTH) { return NM_JSON_TOO_DEEP; }
        bool is_exploded = node != nowhere && nodes[size_t(node)].is_exploded;
        bool has_paths = node != nowhere && !nodes[size_t(node)].children.empty();
        size_t index = 0;
        for (auto item : array) {
            ondemand::value value;
            auto error = std::move(item).get(value);
            if (error) { return outcome(error); }
            nm_json_outcome result;
            if (is_exploded) {
                element_count++;
                elements.resize(element_count * element_columns, nm_json_value{});
                result = visit(value, node, depth, ++visits, true);
            } else {
                int next = has_paths ? child(node, std::to_string(index)) : nowhere;
                result = visit(value, next, depth, visit_number);
            }
            if (result != NM_JSON_OK) { return result; }
            index++;
        }
        return NM_JSON_OK;
    }

    /// Visits every value, also those that no path leads to: only what is visited is checked.
    nm_json_outcome visit(
        ondemand::value value, int node, unsigned depth, uint64_t visit_number, bool is_element = false) {
        int slot = node == nowhere ? nowhere : nodes[size_t(node)].slot;
        ondemand::json_type type;
        auto error = value.type().get(type);
        if (error) { return outcome(error); }
        bool is_list = node != nowhere && nodes[size_t(node)].is_exploded && !is_element;
        if (is_list && type != ondemand::json_type::array && type != ondemand::json_type::null) {
            return NM_JSON_NOT_A_VALUE;
        }
        switch (type) {
        case ondemand::json_type::object: {
            if (slot != nowhere) { return NM_JSON_NOT_A_VALUE; }
            ondemand::object object;
            if ((error = value.get_object().get(object))) { return outcome(error); }
            return visit_object(object, node, depth + 1, visit_number);
        }
        case ondemand::json_type::array: {
            if (slot != nowhere && !is_list) { return NM_JSON_NOT_A_VALUE; }
            if (is_element) { node = nowhere; }
            ondemand::array array;
            if ((error = value.get_array().get(array))) { return outcome(error); }
            return visit_array(array, node, depth + 1, visit_number);
        }
        default: return visit_scalar(value, type, slot);
        }
    }

    nm_json_outcome visit_scalar(ondemand::value value, ondemand::json_type type, int slot) {
        std::string_view token = trimmed(value.raw_json_token());
        nm_json_value found{token.data(), token.size(), token.data(), token.size(), 0};
        switch (type) {
        case ondemand::json_type::string:
            if (token.size() < 2) { return NM_JSON_SYNTAX; }
            if (std::memchr(token.data(), '\\', token.size()) == nullptr) {
                // Consumed, because simdjson takes a string that it skips for a key where a colon follows.
                if (auto error = value.get_raw_json_string().error()) { return outcome(error); }
                found.value++;
                found.value_length -= 2;
            } else {
                std::string_view text;
                auto error = value.get_string().get(text);
                if (error) { return outcome(error); }
                found.value = scratch + scratch_used;
                found.value_length = text.size();
                found.is_unescaped = 1;
                if (slot != nowhere) {
                    std::memcpy(scratch + scratch_used, text.data(), text.size());
                    scratch_used += text.size();
                    has_nul = has_nul || text.find('\0') != std::string_view::npos;
                }
            }
            break;
        case ondemand::json_type::number:
            if (!is_number(token)) { return NM_JSON_SYNTAX; }
            break;
        case ondemand::json_type::boolean:
            if (token != "true" && token != "false") { return NM_JSON_SYNTAX; }
            break;
        case ondemand::json_type::null:
            if (token != "null") { return NM_JSON_SYNTAX; }
            found.value = nullptr;
            found.value_length = 0;
            break;
        default: return NM_JSON_SYNTAX;
        }
        if (slot == nowhere) { return NM_JSON_OK; }
        const Slot &place = slots[size_t(slot)];
        if (!place.is_of_element) {
            parent[place.column] = found;
        } else if (element_count > 0) {
            elements[(element_count - 1) * element_columns + place.column] = found;
        }
        return NM_JSON_OK;
    }
};

extern "C" {

nm_json_reader *nm_json_create(void) noexcept {
    try {
        return new nm_json_reader();
    } catch (...) {
        return nullptr;
    }
}

void nm_json_destroy(nm_json_reader *reader) noexcept { delete reader; }

int nm_json_add_path(nm_json_reader *reader, const char *path, size_t length) noexcept {
    try {
        Node &node = reader->nodes[size_t(reader->declare({path, length}))];
        Slot slot;
        slot.is_of_element = node.is_exploded || node.is_below_exploded;
        slot.column = slot.is_of_element ? reader->element_columns++ : reader->parent_columns++;
        node.slot = int(reader->slots.size());
        reader->slots.push_back(slot);
        return 1;
    } catch (...) {
        return 0;
    }
}

int nm_json_explode(nm_json_reader *reader, const char *path, size_t length) noexcept {
    try {
        reader->nodes[size_t(reader->declare({path, length}))].is_exploded = true;
        return 1;
    } catch (...) {
        return 0;
    }
}

enum nm_json_outcome nm_json_read(
    nm_json_reader *reader, const char *line, size_t length, char *scratch, size_t *scratch_used) noexcept {
    try {
        reader->scratch = scratch;
        auto result = reader->read(line, length);
        *scratch_used = reader->scratch_used;
        return result;
    } catch (...) {
        return NM_JSON_NO_MEMORY;
    }
}

size_t nm_json_row_count(const nm_json_reader *reader) noexcept {
    return reader->element_count > 0 ? reader->element_count : 1;
}

nm_json_value nm_json_get(const nm_json_reader *reader, size_t row, size_t slot) noexcept {
    if (slot >= reader->slots.size()) { return nm_json_value{}; }
    const Slot &place = reader->slots[slot];
    if (!place.is_of_element) { return reader->parent[place.column]; }
    return row < reader->element_count ? reader->elements[row * reader->element_columns + place.column] : nm_json_value{};
}

int nm_json_has_nul(const nm_json_reader *reader) noexcept { return reader->has_nul ? 1 : 0; }

} // extern "C"

int nm_is_text(const char *bytes, size_t length) noexcept {
    return length == 0 || (std::memchr(bytes, 0, length) == nullptr && simdjson::validate_utf8(bytes, length));
}
