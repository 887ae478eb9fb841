import Foundation
import Metrics
import Testing

@Suite struct CatalogueDocumentTests {
    /// docs/METRICS.md is written from the declarations. NIGHTMARKET_RECORD=1 writes it anew, and the test then fails.
    @Test func theDocumentSaysWhatTheCatalogueDeclares() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/METRICS.md")
        if ProcessInfo.processInfo.environment["NIGHTMARKET_RECORD"] == "1" {
            try Data(MetricCatalogue.markdown.utf8).write(to: file)
            Issue.record("docs/METRICS.md was written anew")
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == MetricCatalogue.markdown)
    }
}
