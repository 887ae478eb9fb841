import CZlib
import CZstd

/// Compressed files as other programs write them.
public enum Compression {
    /// One zstd frame with a checksum.
    public static func zstd(_ bytes: [UInt8], level: Int32 = 3) -> [UInt8] {
        var target = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        guard let context = ZSTD_createCCtx() else { return [] }
        defer { ZSTD_freeCCtx(context) }
        _ = ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        _ = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        let length = ZSTD_compress2(context, &target, target.count, bytes, bytes.count)
        return Array(target[..<length])
    }

    /// One gzip member.
    public static func gzip(_ bytes: [UInt8], level: CInt = 6) -> [UInt8] {
        var stream = z_stream()
        var source = bytes
        var target = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 64)
        var length = 0
        source.withUnsafeMutableBufferPointer { source in
            target.withUnsafeMutableBufferPointer { target in
                withUnsafeMutablePointer(to: &stream) { stream in
                    _ = deflateInit2_(
                        stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                        CInt(MemoryLayout<z_stream>.size))
                    stream.pointee.next_in = source.baseAddress
                    stream.pointee.avail_in = UInt32(source.count)
                    stream.pointee.next_out = target.baseAddress
                    stream.pointee.avail_out = UInt32(target.count)
                    _ = deflate(stream, Z_FINISH)
                    length = target.count - Int(stream.pointee.avail_out)
                    deflateEnd(stream)
                }
            }
        }
        return Array(target[..<length])
    }
}
