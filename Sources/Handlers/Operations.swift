package import Routing
package import Services

/// THE list of operations: every `operationId` of openapi.yaml is bound in one of these files. One missing or one too many, and the
/// service doesn't start.
package struct Operations: Sendable {
    package let bindings: [Binding]

    package init(contract: Contract, services: DomainServices, service: ServiceHandlers) {
        bindings = [
            // Platform
            ContractBindings(contract).bindings,
            service.bindings,
            MeHandlers(contract: contract, people: services.people, tokens: services.tokens).bindings,
            TokenHandlers(tokens: services.tokens).bindings,
            CodeListHandlers(codes: services.codes).bindings,
            ImportHandlers(imports: services.imports).bindings,
            RetentionHandlers(rules: services.retention).bindings,
            PersonalDataHandlers(personalData: services.personalData, redactions: services.redactions).bindings,
            SubjectAccessHandlers(drafts: services.subjectAccess).bindings,
            AuditHandlers(audit: services.audit).bindings,
            EventHandlers(events: services.events).bindings,
            WebhookHandlers(webhooks: services.webhooks).bindings,
            FileHandlers(files: services.files).bindings,
            // Directory
            TrustHandlers(trust: services.trust).bindings,
            SchoolHandlers(schools: services.schools).bindings,
            OverrideHandlers(overrides: services.overrides, schools: services.schools, contract: contract).bindings,
            HandOverHandlers(handOver: services.handOver, schools: services.schools).bindings,
            MembershipHandlers(memberships: services.memberships).bindings,
            StageHandlers(stages: services.stages).bindings,
            PersonHandlers(people: services.people, imports: services.peopleImport).bindings,
            AppointmentHandlers(appointments: services.appointments).bindings,
            AbsenceHandlers(absences: services.absences).bindings,
            DelegationHandlers(delegations: services.delegations).bindings,
            InspectionHandlers(inspections: services.inspections).bindings,
            IndicatorHandlers(indicators: services.indicators, imports: services.indicatorImport).bindings,
            LeadershipHandlers(leadership: services.leadership).bindings,
            AcademicYearHandlers(academicYears: services.academicYears).bindings,
            TermHandlers(terms: services.terms, termDates: services.termDates, schools: services.schools).bindings,
            CalendarDayHandlers(days: services.calendarDays).bindings,
            CalendarHandlers(calendars: services.calendars, schools: services.schools).bindings,
            BankHolidayHandlers(bankHolidays: services.bankHolidays).bindings,
            // Improvement
            FrameworkHandlers(frameworks: services.frameworks).bindings,
            KeyProcessHandlers(processes: services.processes).bindings,
            TrustPriorityHandlers(priorities: services.priorities).bindings,
            SelfEvaluationHandlers(selfEvaluations: services.selfEvaluations).bindings,
            CycleHandlers(cycles: services.cycles).bindings,
            ActivityHandlers(activities: services.activities).bindings,
            PlanHandlers(plans: services.plans).bindings,
            ObjectiveHandlers(objectives: services.objectives).bindings,
            PlanReviewHandlers(planReviews: services.planReviews).bindings,
            FindingHandlers(findings: services.findings).bindings,
            CalendarFeedHandlers(feeds: services.calendarFeeds).bindings,
            NeedHandlers(needs: services.needs).bindings,
            SupportOfferHandlers(offers: services.offers).bindings,
            DeploymentHandlers(deployments: services.deployments).bindings,
            TimeEntryHandlers(timeEntries: services.timeEntries).bindings,
            SupportReportHandlers(reports: services.supportReports).bindings,
            SchoolImprovementHandlers(improvement: services.schoolImprovement, schools: services.schools).bindings,
            // Collaboration
            SharedResourceHandlers(resources: services.sharedResources, reports: services.sharingReports, schools: services.schools)
                .bindings,
            ResourceVersionHandlers(versions: services.resourceVersions).bindings,
            AdoptionHandlers(adoptions: services.adoptions).bindings,
            ResourceProposalHandlers(proposals: services.resourceProposals).bindings,
            CommentHandlers(comments: services.comments).bindings,
            ResourceCollectionHandlers(collections: services.resourceCollections).bindings,
            // Business
            BusinessTeamHandlers(teams: services.businessTeams).bindings,
            BusinessServiceHandlers(services: services.businessServices).bindings,
            RequestTypeHandlers(types: services.requestTypes).bindings,
            SupportRequestHandlers(requests: services.supportRequests).bindings,
            RequestMessageHandlers(messages: services.requestMessages).bindings,
            RequestLinkHandlers(links: services.requestLinks).bindings,
            RequestTimeEntryHandlers(entries: services.requestTimeEntries).bindings,
            RequestStatisticsHandlers(statistics: services.requestStatistics).bindings,
            CatalogueHandlers(imports: CatalogueImport(store: services.store, check: contract.errors)).bindings,
        ].flatMap(\.self)
    }
}
