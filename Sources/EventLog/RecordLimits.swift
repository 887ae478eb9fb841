/// What bounds the memory of reading, whatever a file holds.
package struct RecordLimits: Sendable {
    /// Bytes of one field.
    package var field = 1 << 20
    /// Bytes of one record.
    package var record = 4 << 20
    /// Bytes decoded at a time; grows to twice `record` where a record needs it.
    package var window = 256 << 10
    /// Columns of a header.
    package var columns = 16_384

    package static let standard = RecordLimits()

    package init() {}
}
