package import CoreMetrics
import Glibc
import Synchronization

/// Counters, gauges and histograms with their labels, and the text a Prometheus server reads (exposition format 0.0.4).
/// Also the backend of swift-metrics, for whatever the libraries measure.
package final class PrometheusRegistry: Sendable {
    /// Seconds; from a cached read to a whole import chunk.
    package static let durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    /// Series of one name; beyond it new label values are dropped, because a scrape of unbounded size helps nobody.
    private static let seriesLimit = 2_000

    private enum Kind: String {
        case counter, gauge, histogram
    }

    private struct Family {
        var kind: Kind
        var help: String
        var series: [String: PrometheusSeries] = [:]
    }

    private let families = Mutex<[String: Family]>([:])

    package init() {}

    package func counter(_ name: String, help: String = "", labels: [(String, String)] = []) -> PrometheusSeries {
        series(name, .counter, help, labels, buckets: [])
    }

    package func gauge(_ name: String, help: String = "", labels: [(String, String)] = []) -> PrometheusSeries {
        series(name, .gauge, help, labels, buckets: [])
    }

    package func histogram(
        _ name: String, help: String = "", labels: [(String, String)] = [], buckets: [Double] = PrometheusRegistry.durationBuckets
    ) -> PrometheusSeries {
        series(name, .histogram, help, labels, buckets: buckets)
    }

    private func series(_ name: String, _ kind: Kind, _ help: String, _ labels: [(String, String)], buckets: [Double]) -> PrometheusSeries {
        let name = Self.legalName(name)
        let key = labels.map { "\(Self.legalName($0.0, allowsColon: false))=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        return families.withLock { families in
            var family = families[name] ?? Family(kind: kind, help: help)
            if family.kind == kind, let present = family.series[key] { return present }
            let new = PrometheusSeries(buckets: buckets)
            // Under a name already taken by another kind it counts into the void, which is better than a broken scrape.
            guard family.kind == kind, family.series.count < Self.seriesLimit else { return new }
            family.series[key] = new
            families[name] = family
            return new
        }
    }

    /// The whole of it, names and series in order.
    package func prometheusText() -> String {
        let snapshot = families.withLock { $0 }
        var text = ""
        for (name, family) in snapshot.sorted(by: { $0.key < $1.key }) {
            if !family.help.isEmpty {
                text += "# HELP \(name) \(family.help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n"))\n"
            }
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                text += family.kind == .histogram ? series.histogramText(name, labels) : series.valueText(name, labels)
            }
        }
        if let memory = Self.residentMemory() {
            text += "# HELP process_resident_memory_bytes Resident memory size in bytes.\n# TYPE process_resident_memory_bytes gauge\n"
            text += "process_resident_memory_bytes \(memory)\n"
        }
        return text
    }

    // MARK: Names and values

    static func legalName(_ name: String, allowsColon: Bool = true) -> String {
        var legal = ""
        for (index, scalar) in name.unicodeScalars.enumerated() {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": legal.unicodeScalars.append(scalar)
            case ":" where allowsColon: legal.unicodeScalars.append(scalar)
            case "0"..."9": legal += (index == 0 ? "_" : "") + String(scalar)
            default: legal += "_"
            }
        }
        return legal.isEmpty ? "_" : legal
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func residentMemory() -> Int? {
        guard let file = fopen("/proc/self/statm", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// One measured thing with one set of label values.
package final class PrometheusSeries: Sendable {
    private struct Value {
        var number = 0.0
        /// Of histograms: observations per bucket, not cumulated.
        var counts: [Int]
        var count = 0
    }

    private let buckets: [Double]
    private let value: Mutex<Value>

    init(buckets: [Double]) {
        self.buckets = buckets
        value = Mutex(Value(counts: Array(repeating: 0, count: buckets.count)))
    }

    package func add(_ amount: Double) {
        value.withLock { $0.number += amount }
    }

    package func set(_ number: Double) {
        value.withLock { $0.number = number }
    }

    package func observe(_ number: Double) {
        value.withLock { value in
            value.number += number
            value.count += 1
            if let bucket = buckets.firstIndex(where: { number <= $0 }) { value.counts[bucket] += 1 }
        }
    }

    fileprivate func valueText(_ name: String, _ labels: String) -> String {
        "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(Self.text(value.withLock { $0.number }))\n"
    }

    fileprivate func histogramText(_ name: String, _ labels: String) -> String {
        let value = value.withLock { $0 }
        let prefix = labels.isEmpty ? "" : labels + ","
        let suffix = labels.isEmpty ? "" : "{\(labels)}"
        var text = ""
        var total = 0
        for (bound, count) in zip(buckets, value.counts) {
            total += count
            text += "\(name)_bucket{\(prefix)le=\"\(Self.text(bound))\"} \(total)\n"
        }
        text += "\(name)_bucket{\(prefix)le=\"+Inf\"} \(value.count)\n"
        text += "\(name)_sum\(suffix) \(Self.text(value.number))\n\(name)_count\(suffix) \(value.count)\n"
        return text
    }

    private static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number > 0 ? "+Inf" : "-Inf" }
        return number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
    }
}

// MARK: - swift-metrics

extension PrometheusRegistry: MetricsFactory {
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler(series: counter(label, labels: dimensions))
    }

    package func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        Handler(series: counter(label, labels: dimensions))
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Handler(series: gauge(label, labels: dimensions))
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Handler(series: aggregate ? histogram(label, labels: dimensions) : gauge(label, labels: dimensions), aggregates: aggregate)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Handler(series: histogram(label, labels: dimensions), aggregates: true)
    }

    // Series live as long as the process: a counter that vanishes and returns at nought looks like a restart.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private final class Handler: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
        private let series: PrometheusSeries
        private let aggregates: Bool

        init(series: PrometheusSeries, aggregates: Bool = false) {
            self.series = series
            self.aggregates = aggregates
        }

        func increment(by amount: Int64) { series.add(Double(amount)) }
        func increment(by amount: Double) { series.add(amount) }
        func decrement(by amount: Double) { series.add(-amount) }
        func set(_ value: Int64) { series.set(Double(value)) }
        func set(_ value: Double) { series.set(value) }
        func record(_ value: Int64) { record(Double(value)) }
        func record(_ value: Double) { if aggregates { series.observe(value) } else { series.set(value) } }
        func recordNanoseconds(_ duration: Int64) { series.observe(Double(duration) / 1e9) }
        func reset() { series.set(0) }
    }
}
