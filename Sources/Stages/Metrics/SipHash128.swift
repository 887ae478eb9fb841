import EventLog
import Vocabulary

/// Names an order or a long string by a number: SipHash-2-4 with 128 bits of output under a fixed key.
///
/// No published figure depends on the key; it only has to keep different bytes apart.
package func sipHash128(
    _ bytes: UnsafeRawBufferPointer, key: (UInt64, UInt64) = (0x6E69_6768_746D_6172, 0x6B65_742D_6F72_6465)
) -> Key128 {
    let (first, second) = KeyedHash.sipHash(bytes, key: key)
    return Key128(high: UInt64(littleEndian: first), low: UInt64(littleEndian: second))
}
