//! What an operator says about browsers and clients.

use std::path::PathBuf;

use clap::ValueEnum;
use sigeyi_gateway::{
    COST_PER_MINUTE_MAX, COST_PER_MINUTE_MIN, Origin, STREAMS_PER_USER_MAX, ServeOptions, TlsFiles,
};

/// With what a server speaks TLS.
#[derive(clap::Args)]
pub(crate) struct TlsArgs {
    /// TLS 证书链（PEM），收到 SIGHUP 时重新读取 Certificate chain for TLS, read again at SIGHUP
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// TLS 私钥（PEM），同上 Its private key, likewise
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
}

impl TlsArgs {
    /// Both files, if they were given.
    pub(crate) fn files(&self) -> Option<TlsFiles> {
        let (certificate, key) = (self.tls_certificate.clone()?, self.tls_key.clone()?);
        Some(TlsFiles { certificate, key })
    }
}

#[derive(clap::Args)]
pub(crate) struct HttpArgs {
    /// 试用页面 /graphiql，默认只在 --without-identity 时提供 The page at /graphiql; by default only with --without-identity
    #[arg(long, value_enum, value_name = "on|off")]
    graphiql: Option<Switch>,
    /// 是否可查询接口定义（__schema、__type） Whether the schema may be asked for
    #[arg(long, value_enum, value_name = "on|off", default_value = "on")]
    introspection: Switch,
    /// 允许哪个来源的网页跨域访问，可重复；不接受 * Pages of this origin may ask from a browser; may be given several times; never *
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<Origin>,
    /// 每个用户每分钟可用的查询量（约为字段数），默认 60000000，不要求令牌时为其 60 倍 What each user may ask for a minute, in fields
    #[arg(long, value_name = "FIELDS",
        value_parser = clap::value_parser!(u64).range(COST_PER_MINUTE_MIN..=COST_PER_MINUTE_MAX))]
    cost_per_minute: Option<u64>,
    /// 每个用户可同时打开的数据流与文件数，默认 64，不要求令牌时为 8192 Streams and files that each user may have open at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=STREAMS_PER_USER_MAX as u64))]
    streams_per_user: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

impl HttpArgs {
    /// The same options as they were said.
    pub(crate) fn applied_to(&self, options: ServeOptions) -> ServeOptions {
        ServeOptions {
            graphiql: self.graphiql.map_or(options.graphiql, |switch| switch == Switch::On),
            introspection: self.introspection == Switch::On,
            allowed_origins: self.allow_origin.clone(),
            cost_per_minute: self.cost_per_minute.unwrap_or(options.cost_per_minute),
            streams_per_user: self
                .streams_per_user
                .and_then(|streams| usize::try_from(streams).ok())
                .unwrap_or(options.streams_per_user),
            ..options
        }
    }
}
