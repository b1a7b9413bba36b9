//! The rows.

use super::{Group, Setting, Variable};

/// All settings, in the order in which they are shown.
pub(super) const GROUPS: &[Group] = &[
    Group {
        title: "The server",
        intro: "For `signoff serve`; keys of the file that `--config` names.",
        settings: SERVER,
    },
    Group {
        title: "Tokens of an identity provider",
        intro: "Without this section the server gives out tokens itself, to clients that its operator registers.",
        settings: IDENTITY,
    },
    Group {
        title: "Quotas",
        intro: "What callers may do in a while; each node counts for itself, and a request beyond is 429.",
        settings: QUOTAS,
    },
    Group {
        title: "Limits that can be changed",
        intro: "All limits, and what comes of going beyond them, are in [limits.md](limits.md).",
        settings: LIMITS,
    },
    Group { title: "Mail", intro: "Without this section letters are kept and not sent.", settings: MAIL },
    Group {
        title: "Steps of third parties",
        intro: "One section a third party, under a name of your choice: [webhooks.md](webhooks.md).",
        settings: HOOKS,
    },
    Group {
        title: "Secrets of the server",
        intro: "From the environment only, so that they show in no list of processes and in no file by accident. \
                Each variable may be left out for the same one with `_FILE` behind its name, which names a file \
                whose content counts, without its last line break.",
        settings: SECRETS,
    },
    Group {
        title: "The log",
        intro: "What the lines mean: [operations.md](operations.md). The flags and the keys are for `signoff serve`, the \
                variables for every command that serves.",
        settings: LOG,
    },
    Group {
        title: "Commands for a whole store and for principals",
        intro: "Options that a variable may say, too.",
        settings: COMMANDS,
    },
    Group {
        title: "The client",
        intro: "For every command that talks to a server; keys of the file `signoff/client.toml` in the user's \
                configuration (`$XDG_CONFIG_HOME`, on Linux usually `~/.config`).",
        settings: CLIENT,
    },
];

const SERVER: &[Setting] = &[
    Setting::flag("config", "A TOML file with settings; flags and variables win over it").values("a path"),
    Setting::everywhere("store", "Where the state is kept")
        .values("`sqlite:PATH`, or `postgres://USER@HOST/DATABASE` for many nodes")
        .default("`sqlite:signoff.db` in the user's data directory, with `--dev` `sqlite:signoff-dev.db`"),
    Setting::everywhere("connections", "The most connections to the database that this node holds")
        .values("`4` to `1000`")
        .default("`16`"),
    Setting::everywhere(
        "store_wait",
        "How long a database that cannot be reached is waited for at the start",
    )
    .values("a span")
    .default("`30s`"),
    Setting::everywhere("listen", "The address to listen on")
        .values("`ADDRESS:PORT`; port 0 takes a free one")
        .default("`127.0.0.1:8080`"),
    Setting::key(
        "public_url",
        "Where the server is reached from outside, for the addresses that it gives out",
    )
    .values("`https://HOST` or `http://HOST:PORT`")
    .default("where it listens"),
    Setting::everywhere(
        "dev",
        "Development mode: seeded publishers, own tokens, scenarios, test clock, faults, mailbox",
    )
    .values("yes or no")
    .default("`no`"),
    Setting::everywhere("compat", "The dialect")
        .values("`documented`, or `observed` for released clients")
        .default("`documented`"),
    Setting::everywhere("tls", "Answer the portal's host names over TLS too: a forward proxy and a TLS port")
        .values("yes or no")
        .default("`no`"),
    Setting::everywhere("proxy_port", "The forward proxy's port, with `tls`")
        .values("`0` to `65535`")
        .default("`8081`"),
    Setting::everywhere("tls_listen", "The TLS address for name overrides, with `tls`")
        .values("`ADDRESS:PORT`")
        .default("`127.0.0.1:8443`"),
    Setting::everywhere("tls_folder", "Where the authority of `tls` is kept")
        .values("a path")
        .default("beside the store's file, else in the user's data directory"),
    Setting::everywhere("pipeline", "The pipeline that new operations get")
        .values("`production`, or in development mode `development`")
        .default("as `dev` says"),
    Setting::everywhere("retention", "How long finished operations are kept")
        .values("a span of at least `1d`, or `never` to keep them for ever")
        .default("`90d`"),
    Setting::everywhere("migrate", "Whether a start brings the schema of the store up to date")
        .values("`auto`, or `never` to leave that to `signoff store migrate`")
        .default("`auto`"),
    Setting::everywhere(
        "drain",
        "How long a server that is told to stop goes on answering, for load balancers to notice",
    )
    .values("a span of at most `10m`")
    .default("`5s` on PostgreSQL, else and in development mode `0s`"),
    Setting::everywhere("trusted_proxies", "The reverse proxies whose `X-Forwarded-For` counts")
        .values("networks like `10.0.0.0/8`, in a flag or a variable separated by commas"),
    Setting::everywhere(
        "allowed_hosts",
        "Names by which a development server is reached, besides those of its own machine",
    )
    .values("names without a port, in a flag or a variable separated by commas"),
];

const LIMITS: &[Setting] = &[
    Setting::key("limits.connections", "Connections open at once")
        .values("`16` to `1000000`")
        .default("`1024`"),
    Setting::key(
        "limits.connections_per_address",
        "Connections of one address that have shown no good token",
    )
    .values("`1` to `1000000`")
    .default("`512`"),
    Setting::key("limits.head_time", "How long a request's first line and headers may take to arrive")
        .values("a span of at most `1h`")
        .default("`10s`"),
    Setting::key("limits.body_time", "How long a body may take to arrive")
        .values("a span of at most `1h`")
        .default("`30s`"),
    Setting::key("limits.write_time", "How long a client may take no byte of a reply")
        .values("a span of at most `1h`")
        .default("`30s`"),
    Setting::key("limits.streams_per_publisher", "Streams of events of one publisher")
        .values("`1` to `1000000`")
        .default("`256`"),
    Setting::key("limits.streams_per_caller", "Streams of events of one caller")
        .values("`1` to `1000000`")
        .default("`64`"),
];

const IDENTITY: &[Setting] = &[
    Setting::key("identity.issuer", "The `iss` of its tokens; `{tenantid}` stands for the token's tenant")
        .values("a text, required"),
    Setting::key("identity.audience", "The `aud` of tokens for this server").values("a text, required"),
    Setting::key("identity.keys_url", "Where its keys are published")
        .values("`https://…`, or `http://…` on this machine; required"),
    Setting::key(
        "identity.max_token_age",
        "How long a token counts from its `iat` on, whatever its `exp` says",
    )
    .values("a span from `1m` to `30d`")
    .default("`28h`"),
];

const QUOTAS: &[Setting] = &[
    Setting::key("quotas.publishes", "How many publishes and golives one caller may start in an hour")
        .values("a number; `0`: any number")
        .default("`300`, in development mode `0`"),
    Setting::key(
        "quotas.recipients",
        "How many e-mail addresses the requests for one publisher may name in an hour",
    )
    .values("`20` or more; `0`: any number")
    .default("`1000`, in development mode `0`"),
    Setting::key(
        "quotas.failed_sign_ins",
        "How many sign-ins from one address may fail in a minute at the server's own token endpoint",
    )
    .values("a number; `0`: any number")
    .default("`30`, in development mode `0`"),
];

const MAIL: &[Setting] = &[
    Setting::key("mail.host", "The mail server").values("a name or an address, required"),
    Setting::key("mail.port", "Its port")
        .values("`1` to `65535`")
        .default("`587` with `starttls`, `465` with `tls`, `25` with `none`"),
    Setting::key("mail.tls", "How the connection is protected")
        .values("`starttls`, `tls`, or `none` for a relay on the same machine")
        .default("`starttls`"),
    Setting::key("mail.username", "The name to sign in with").values("a text"),
    Setting::key("mail.password", "The password for it")
        .called(Variable::OrFile("SIGNOFF_MAIL_PASSWORD"))
        .values("a text"),
    Setting::key("mail.from", "The sender")
        .values("`noreply@contoso.example` or `Contoso <noreply@contoso.example>`, required"),
    Setting::key("mail.ca", "A PEM file of authorities to trust beside the system's").values("a path"),
];

const HOOKS: &[Setting] = &[
    Setting::key("hooks.NAME.url", "Where requests go")
        .values("`https://…`, or `http://…` on this machine; required"),
    Setting::key("hooks.NAME.insecure_http", "Whether `url` may be `http` on another machine")
        .values("`true` or `false`")
        .default("`false`"),
    Setting::key(
        "hooks.NAME.secret",
        "What requests and callbacks are signed with; one of three is required",
    )
    .values("`whsec_` and the base64 of 24 to 64 bytes"),
    Setting::key("hooks.NAME.secret_file", "A file that holds the secret").values("a path"),
    Setting::key("hooks.NAME.secret_env", "A variable that holds the secret").values("its name"),
    Setting::key("hooks.NAME.steps", "The steps that the third party does")
        .values("a list of ids, or of `{ offer_type = \"…\", step = \"…\" }`; required"),
    Setting::key("hooks.NAME.cancel", "What a cancel finds once such a step has begun")
        .values("`undo`, `interrupt` or `refuse`")
        .default("`undo`"),
    Setting::key("hooks.NAME.poll_every", "How often the third party is asked how far it is")
        .values("a span, or `never`")
        .default("`1m`"),
    Setting::key("hooks.NAME.answer_deadline", "How long a step may take before it fails")
        .values("a span")
        .default("`10d`"),
    Setting::key("hooks.NAME.cancel_deadline", "How long the third party may take to undo its part")
        .values("a span")
        .default("`24h`"),
    Setting::key("hooks.NAME.on_cancel_deadline", "What comes when it does not")
        .values("`fail` or `complete`")
        .default("`fail`"),
    Setting::key("hooks.NAME.timeout", "How long one request may take")
        .values("a span of at most `60s`")
        .default("`10s`"),
];

const SECRETS: &[Setting] = &[
    Setting::secret(
        "SIGNOFF_OPERATOR_TOKEN",
        "The token of the operator; without it nobody creates publishers, registers clients or kills operations",
    )
    .values("at least 16 visible ASCII characters"),
    Setting::secret("SIGNOFF_STORE_PASSWORD", "The password for a database whose address holds none")
        .values("a text"),
];

const LOG: &[Setting] = &[
    Setting::everywhere("log", "What is logged to standard error")
        .values("`off`, `error`, `warn`, `info`, `debug`, `trace`, or directives like `info,signoff_engine=debug`")
        .default("`info` for `serve`, `warn` for `run` and `store`, `error` for `try`"),
    Setting::everywhere("log_format", "The form of each line")
        .values("`text`, or `json` for programs")
        .default("`text`"),
];

const COMMANDS: &[Setting] = &[
    Setting::flag("from", "The store to read: a file that no server has open, or a database")
        .called(Variable::Named("SIGNOFF_COPY_FROM"))
        .values("as `store`"),
    Setting::flag("to", "The store to fill: empty, or an interrupted copy of the same store")
        .called(Variable::Named("SIGNOFF_COPY_TO"))
        .values("as `store`"),
    Setting::flag("secret", "The secret of a principal; `-` reads a line of standard input")
        .called(Variable::Named("SIGNOFF_PRINCIPAL_SECRET"))
        .values("at least 32 characters, 8 with `--dev`")
        .default("the server makes one, and it is printed"),
];

const CLIENT: &[Setting] = &[
    Setting::everywhere("url", "The server")
        .values("`https://HOST` or `http://HOST:PORT`")
        .default("`http://127.0.0.1:8080`"),
    Setting::everywhere("publisher", "The publisher to work for").values("its id"),
    Setting::everywhere("token", "An access token, used as it is, before any client id").values("a text"),
    Setting::everywhere("tenant", "The tenant of the client").values("a GUID or a domain"),
    Setting::everywhere("client-id", "The client id to get a token for").values("a text"),
    Setting::everywhere("client-secret", "The secret of the client id").values("a text"),
    Setting::everywhere("authority", "Who gives out tokens")
        .values("`https://HOST`")
        .default("the public one for the public portal, else the server"),
    Setting::everywhere("ca", "Certificates to trust beside the system's").values("a PEM file"),
    Setting::everywhere("output", "How results are printed")
        .values("`table` for people, or `json` for scripts")
        .default("`table`"),
];
