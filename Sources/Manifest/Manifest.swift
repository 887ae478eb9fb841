import Chronology
import EventLog
import Expressions
import Vocabulary

/// A pipeline as one YAML file declares it, validated.
public struct Manifest: Sendable {
    /// The path as it was given; places of problems begin with it.
    public var path: String
    /// The folder that relative paths of the manifest start from.
    public var folder: String
    public var pipeline: String
    public var zone: Zone
    /// ISO 4217 code of the report currency.
    public var currency: String
    /// Absolute paths.
    public var store: String
    public var output: String
    /// In the order of the file.
    public var sources: [Source]
    /// By measure the sources in the order in which they are taken where several provide it.
    public var prefer: [String: [String]] = [:]
    /// A device with more users than this belongs to none of them.
    public var maxUsersPerDevice: Int
    /// Rows that no customer made.
    public var filters: Filters
    public var channels: ChannelRules?
    public var campaigns: [Campaign]
    /// Metrics of the manifest's own, in the order of the file.
    public var metrics: [CustomMetric]
    /// The nodes of the graph in the order of the file.
    public var nodes: [Node]
    /// In the order of the file.
    public var alerts: [Alert]
    /// The program that is told of alerts, with its arguments; empty for none.
    public var notify: [String]
    public var publish: [String]
    /// How many published runs stay.
    public var keepRuns: Int
    /// How many rejects of a file are kept to be read, beside the first of each reason.
    public var keepRejects: Int
    public var monitoring: Monitoring
    public var postgres: Postgres?
    public var dashboard: Dashboard
    /// What the command line says otherwise than the file.
    public var overrides: [Override] = []

    public init(
        path: String, folder: String, pipeline: String, zone: Zone, currency: String, store: String, output: String,
        sources: [Source] = [], maxUsersPerDevice: Int = 3, filters: Filters = Filters(),
        channels: ChannelRules? = nil, campaigns: [Campaign] = [], metrics: [CustomMetric] = [], nodes: [Node] = [], alerts: [Alert] = [],
        notify: [String] = [], publish: [String] = [], keepRuns: Int = 30, keepRejects: Int = 10_000,
        monitoring: Monitoring = Monitoring(), postgres: Postgres? = nil, dashboard: Dashboard = Dashboard()
    ) {
        self.path = path
        self.folder = folder
        self.pipeline = pipeline
        self.zone = zone
        self.currency = currency
        self.store = store
        self.output = output
        self.sources = sources
        self.maxUsersPerDevice = maxUsersPerDevice
        self.filters = filters
        self.channels = channels
        self.campaigns = campaigns
        self.metrics = metrics
        self.nodes = nodes
        self.alerts = alerts
        self.notify = notify
        self.publish = publish
        self.keepRuns = keepRuns
        self.keepRejects = keepRejects
        self.monitoring = monitoring
        self.postgres = postgres
        self.dashboard = dashboard
    }

    /// Files for the programs that watch over the nights (absolute paths).
    public struct Monitoring: Sendable {
        /// Prometheus text, replaced after every run.
        public var prometheus: String?
        /// OpenLineage events, a line each.
        public var openLineage: String?

        public init(prometheus: String? = nil, openLineage: String? = nil) {
            self.prometheus = prometheus
            self.openLineage = openLineage
        }
    }

    /// The PostgreSQL database that holds the published runs.
    public struct Postgres: Sendable {
        /// nil: what the `PG*` variables say.
        public var url: String?
        /// The schema of the views; those of runs begin with its name.
        public var schema: String
        /// How many runs stay in it.
        public var keep: Int
        /// How long it may take for an answer, in seconds.
        public var patience: Int
        public var place: Place

        public init(url: String?, schema: String, keep: Int, patience: Int, place: Place) {
            self.url = url
            self.schema = schema
            self.keep = keep
            self.patience = patience
            self.place = place
        }
    }

    /// A set of files and how they are read.
    public struct Source: Sendable {
        public enum Kind: String, Sendable, CaseIterable {
            case events, exposures, units, costs
            case adReport = "ad_report"
            case orders, budget, catalogue, customers, rates, targets, measures, creatives
        }
        public enum Change: String, Sendable, CaseIterable { case replace, append, rotate }

        public var name: String
        public var place: Place
        public var kind: Kind
        /// Absolute globs; a backslash before a character of the manifest's own folder makes it stand for itself.
        public var files: [String]
        /// How the files are decoded, cut and typed.
        public var log: LogFormat
        /// Measures that this source is the authority for; nil: not declared.
        public var provides: [Provision]?
        /// Fraction of a file's records that may be rejected; over it the gate closes.
        public var rejectLimit: Double
        /// Damaged files a night that the gate lets pass; nil: any number.
        public var damagedLimit: Int?
        public var expectedFilesPerDay: ExpectedLevels<Int>
        /// Microseconds.
        public var freshWithin: ExpectedLevels<Int64>
        /// Microseconds; a compressed file without its end may still be being written while it is younger than this.
        public var settle: Int64
        public var onChange: Change
        /// Event ids are unique within this space (default: the source's name).
        public var eventIDSpace: String
        /// Microseconds; a repeat is dropped where a kept record of its id lies at most this long before.
        public var dedupeWindow: Int64
        /// The key of a versioned table (ad reports, units, costs).
        public var key: [String]
        public var version: Version?

        public init(
            name: String, place: Place, kind: Kind, files: [String], log: LogFormat, provides: [Provision]? = nil,
            rejectLimit: Double = 0.01, damagedLimit: Int? = nil, expectedFilesPerDay: ExpectedLevels<Int> = .init(),
            freshWithin: ExpectedLevels<Int64> = .init(), settle: Int64 = 600_000_000, onChange: Change = .replace, eventIDSpace: String? = nil,
            dedupeWindow: Int64 = 3 * 86_400_000_000, key: [String] = [], version: Version? = nil
        ) {
            self.name = name
            self.place = place
            self.kind = kind
            self.files = files
            self.log = log
            self.provides = provides
            self.rejectLimit = rejectLimit
            self.damagedLimit = damagedLimit
            self.expectedFilesPerDay = expectedFilesPerDay
            self.freshWithin = freshWithin
            self.settle = settle
            self.onChange = onChange
            self.eventIDSpace = eventIDSpace ?? name
            self.dedupeWindow = dedupeWindow
            self.key = key
            self.version = version
        }

        /// Where the version of a table's row comes from.
        public enum Version: Sendable {
            case column(String)
            /// Prefix and suffix of the file's name around the version's digits, and its pattern (`yyyyMMdd`).
            case fileName(prefix: String, suffix: String, pattern: String)
        }
    }

    /// What tells rows that no customer made: they are stored, counted, and in no figure.
    public struct Filters: Sendable, Hashable {
        /// Parts of user agents in lower case; empty: crawlers are not looked for.
        public var agents: [String]
        /// Events of a person in a minute and in an hour of the clock beyond which it is no human; nil: any number.
        public var perMinute: Int?
        public var perHour: Int?
        /// Ids as the logs have them.
        public var testUsers: [String]
        public var testDevices: [String]

        public init(
            agents: [String] = [], perMinute: Int? = nil, perHour: Int? = nil, testUsers: [String] = [],
            testDevices: [String] = []
        ) {
            self.agents = agents
            self.perMinute = perMinute
            self.perHour = perHour
            self.testUsers = testUsers
            self.testDevices = testDevices
        }
    }

    /// Channel and traffic of a row by the first rule that fits.
    public struct ChannelRules: Sendable {
        public struct Rule: Sendable {
            public var when: Condition?
            public var channel: Target
            public var traffic: Target

            public init(when: Condition?, channel: Target, traffic: Target) {
                self.when = when
                self.channel = channel
                self.traffic = traffic
            }
        }
        public enum Target: Sendable, Hashable {
            case constant(String)
            case column(String)
        }
        /// The last rule is the `else` (its `when` is nil).
        public var rules: [Rule]

        public init(rules: [Rule]) { self.rules = rules }
    }

    public struct Campaign: Sendable {
        public var name: String
        public var span: TimeSpan
        public var compare: String?

        public init(name: String, span: TimeSpan, compare: String? = nil) {
            self.name = name
            self.span = span
            self.compare = compare
        }
    }

    /// One use of a stage kind: `funnel.purchase`.
    public struct Node: Sendable {
        public var stage: String
        public var name: String
        public var options: Value
        public var place: Place
        public var id: String { "\(stage).\(name)" }

        public init(stage: String, name: String, options: Value, place: Place) {
            self.stage = stage
            self.name = name
            self.options = options
            self.place = place
        }
    }
}
