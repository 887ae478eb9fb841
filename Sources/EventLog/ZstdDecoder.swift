import CZstd
import Vocabulary

/// Decodes a zstd file of any number of frames (libzstd), a block at a time; skippable frames are skipped.
///
/// A frame whose window is beyond 128 MB is refused as damage: so memory is bounded whatever a file claims.
final class ZstdDecoder: ByteSource {
    private static let windowLogLimit: CInt = 27

    private let input: FileInput
    private let context: OpaquePointer
    /// No byte of a frame is outstanding.
    private var isBetweenFrames = false

    /// - Throws: `log.decoder` when libzstd has no memory.
    init(_ input: FileInput) throws {
        self.input = input
        guard let context = ZSTD_createDCtx() else {
            throw Problem(.logDecoder, "libzstd has not enough memory", at: .path(input.name))
        }
        self.context = context
        _ = ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLogLimit)
    }

    deinit { ZSTD_freeDCtx(context) }

    /// Writes decoded bytes to `target` until it is full or the file ends; returns their number, 0 at the end.
    /// - Throws: `log.damaged` with the offset in the compressed file; `log.unreadable`.
    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
        while output.pos < output.size {
            let bytes = try input.available()
            if bytes.isEmpty && isBetweenFrames { break }
            var block = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
            let before = output.pos
            let status = ZSTD_decompressStream(context, &output, &block)
            input.consume(block.pos)
            if ZSTD_isError(status) != 0 {
                throw damaged("the compressed data is broken (\(String(cString: ZSTD_getErrorName(status))))")
            }
            if bytes.isEmpty && output.pos == before && status != 0 {
                throw damaged("the file ends in the middle of its compressed data")
            }
            isBetweenFrames = status == 0
        }
        return output.pos
    }

    private func damaged(_ message: String) -> Problem {
        Problem(
            .logDamaged, message, at: .offset(file: input.name, byte: input.offset),
            help: "fetch the file again; nothing of it is used until it is replaced")
    }
}
