import Explanations
import Foundation
import Testing
import Vocabulary

@Suite struct PersonsCommandTests {
    /// What bash makes of a word is the word, and nothing in it reaches the terminal as a control character.
    @Test(arguments: [
        "plain", "", "two words", "it's", "$(rm -rf /)", "`id`", "a;b|c&d", "抖音", "\u{1B}[31mred", "line\nbreak", "\u{202E}rtl\\'", "!x", "*", "~", "🛒",
    ])
    func aQuotedWordIsTakenLiterally(_ word: String) throws {
        let quoted = ShellWord.quoted(word)
        #expect(TerminalText.shown(quoted) == quoted)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", "printf %s \(quoted)"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(data == Data(word.utf8))
    }
}
