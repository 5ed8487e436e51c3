//! What a client asks about the servers: where the data centres are, which one is near. It must not
//! know accounts.

use grammers_tl_types::{enums, functions, types};

use super::blank;
use super::rpc::{Answer, Call};

/// How long a client may keep the configuration, seconds.
const CONFIG_VALID_S: i32 = 3600;

pub(crate) fn get_config(
    call: &mut Call<'_>,
    _: functions::help::GetConfig,
) -> Answer<enums::Config> {
    let now_s = i32::try_from(call.net.real_ms() / 1000).unwrap_or(i32::MAX);
    let dc_options = call.net.0.dcs.iter().map(|dc| {
        types::DcOption {
            ipv6: false,
            media_only: false,
            tcpo_only: false,
            cdn: false,
            r#static: true,
            this_port_only: true,
            id: dc.id,
            ip_address: dc.addr.ip().to_string(),
            port: i32::from(dc.addr.port()),
            secret: None,
        }
        .into()
    });
    Ok(types::Config {
        date: now_s,
        expires: now_s + CONFIG_VALID_S,
        this_dc: call.dc,
        dc_options: dc_options.collect(),
        dc_txt_domain_name: "example.org".to_owned(),
        chat_size_max: 200,
        megagroup_size_max: 200_000,
        forwarded_count_max: 100,
        online_update_period_ms: 210_000,
        edit_time_limit: 172_800,
        revoke_time_limit: i32::MAX,
        revoke_pm_time_limit: i32::MAX,
        rating_e_decay: 2_419_200,
        me_url_prefix: "https://t.me/".to_owned(),
        caption_length_max: 1024,
        message_length_max: 4096,
        webfile_dc_id: call.net.0.stats_dc,
        ..blank::config()
    }
    .into())
}

pub(crate) fn get_nearest_dc(
    call: &mut Call<'_>,
    _: functions::help::GetNearestDc,
) -> Answer<enums::NearestDc> {
    let nearest_dc = call.net.home_dc();
    Ok(types::NearestDc { country: "NL".to_owned(), this_dc: call.dc, nearest_dc }.into())
}

pub(crate) fn get_cdn_config(
    _: &mut Call<'_>,
    _: functions::help::GetCdnConfig,
) -> Answer<enums::CdnConfig> {
    Ok(types::CdnConfig { public_keys: Vec::new() }.into())
}
