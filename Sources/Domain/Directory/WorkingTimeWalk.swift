import Core

extension WorkingTime {
    /// How far a walk came.
    struct Walked {
        /// Milliseconds since 1970; where the budget was spent, else the end.
        var reached: Int64
        /// Working milliseconds on the way, at most the budget.
        var worked: Int64
        var spentBudget: Bool
    }

    /// Goes from `start` until `budget` working milliseconds have passed, or `end`; both in milliseconds since 1970.
    ///
    /// A budget of 0 is spent at the first working moment at or after `start`, any other at the earliest moment at which so much has passed:
    /// a walk that uses a window up stops at its close. Offsets from UTC are constant within an era, so there local time is plain arithmetic:
    /// closed days are one step, and so are weeks without closure unless somebody wants to hear of every piece.
    func walk(
        from start: Int64, to end: Int64, budget: Int64, record: ((_ start: Int64, _ end: Int64, _ reason: String?) -> Void)? = nil
    ) -> Walked {
        var position = start
        var worked: Int64 = 0
        // Without any window the way needn't be gone.
        if week == 0, record == nil { return Walked(reached: end, worked: 0, spentBudget: false) }
        while position < end {
            let era = zone.era(at: position)
            let stop = min(era.end, end)
            var local = position + era.offset
            let localStop = stop + era.offset
            while local < localStop {
                let day = Int(local.flooredQuotient(by: .day))
                let midnight = Int64(day) * .day
                if let closed = closure(of: day) {
                    let next = min(localStop, Int64(closed.last + 1) * .day)
                    record?(local - era.offset, next - era.offset, closed.reason)
                    local = next
                    continue
                }
                if record == nil, local == midnight {
                    let weeks = weeksToSkip(from: day, to: Int(localStop.flooredQuotient(by: .day)), remaining: budget - worked)
                    if weeks > 0 {
                        worked += Int64(weeks) * week
                        local += Int64(weeks) * 7 * .day
                        continue
                    }
                }
                for tile in cutDays[day] ?? tiles[Weekday.index(daysSinceEpoch: day)] {
                    let from = max(local, midnight + tile.start)
                    let to = min(localStop, midnight + tile.end)
                    guard from < to else { continue }
                    guard tile.reason == nil else {
                        record?(from - era.offset, to - era.offset, tile.reason)
                        continue
                    }
                    if to - from >= budget - worked {
                        let last = from + budget - worked
                        if last > from { record?(from - era.offset, last - era.offset, nil) }
                        return Walked(reached: last - era.offset, worked: budget, spentBudget: true)
                    }
                    worked += to - from
                    record?(from - era.offset, to - era.offset, nil)
                }
                local = min(localStop, midnight + .day)
            }
            position = stop
        }
        return Walked(reached: end, worked: worked, spentBudget: false)
    }

    /// Whole weeks from `day` without any closure that end before `stop` and leave something of the budget.
    private func weeksToSkip(from day: Int, to stop: Int, remaining: Int64) -> Int {
        guard week > 0, remaining > 0 else { return 0 }
        var free = stop - day
        if let next = closedDays[closedDays.partitioningIndex { $0.first >= day }...].first { free = min(free, next.first - day) }
        if let next = cutDayNumbers[cutDayNumbers.partitioningIndex { $0 >= day }...].first { free = min(free, next - day) }
        return min(free / 7, Int(clamping: (remaining - 1) / week))
    }

    private func closure(of day: Int) -> ClosedDays? {
        let index = closedDays.partitioningIndex { $0.last >= day }
        guard index < closedDays.count, closedDays[index].first <= day else { return nil }
        return closedDays[index]
    }
}

extension RandomAccessCollection {
    /// The first index whose element and all after it hold; the elements must be sorted that way.
    func partitioningIndex(where holds: (Element) -> Bool) -> Index {
        var low = startIndex
        var count = self.count
        while count > 0 {
            let half = count / 2
            let middle = index(low, offsetBy: half)
            if holds(self[middle]) {
                count = half
            } else {
                low = index(after: middle)
                count -= half + 1
            }
        }
        return low
    }
}
