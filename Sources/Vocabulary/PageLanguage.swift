/// The languages of the page that people open; it holds both.
public enum PageLanguage: String, Sendable, CaseIterable { case en, zh }
