//! What goes wrong outside: Telegram's faults and outages, the gateway's, jumps of the clock. Knows no server.

use std::time::Instant;

use serde_json::{Value, json};
use sim::{Fault, FaultKind};

use super::people::Scene;
use super::plan::{Kind, Weather};

pub(super) const HOUR_MS: i64 = 3_600_000;

/// Plays the weather of a plan.
pub(super) async fn storms(scene: Scene, weather: Vec<Weather>) {
    let begun = Instant::now();
    for Weather { at, kind } in weather {
        tokio::time::sleep(at.saturating_sub(begun.elapsed())).await;
        match &kind {
            Kind::Fault { .. } => {
                if let Some(fault) = kind.fault() {
                    scene.world.add_fault(fault);
                }
            }
            Kind::Hours(hours) => scene.world.advance(i64::from(*hours) * HOUR_MS),
            Kind::Outage { lasts, hours } => {
                let outage = scene.world.add_fault(Fault::new(FaultKind::Reset));
                tokio::time::sleep(lasts.div_f64(2.0)).await;
                scene.world.advance(i64::from(*hours) * HOUR_MS);
                tokio::time::sleep(lasts.div_f64(2.0)).await;
                scene.world.remove_faults(Some(outage));
            }
            Kind::Gateway { kind, times, ms } => {
                let url = format!("{}/sim/gateway/faults", scene.sim_url);
                let fault = json!({ "kind": kind, "count": times, "ms": ms });
                // The world is in this process: it answers as long as we live.
                drop(scene.http.post(url).json(&fault).send().await);
            }
        }
    }
}

pub(super) async fn clear_gateway(scene: &Scene) -> anyhow::Result<()> {
    let url = format!("{}/sim/gateway/faults", scene.sim_url);
    scene.http.delete(url).send().await?.error_for_status()?;
    Ok(())
}

pub(super) async fn books(scene: &Scene) -> anyhow::Result<Value> {
    let asked = scene.http.get(format!("{}/gateway/v1/books", scene.sim_url));
    let answer = asked.bearer_auth("sk_sandbox").send().await?.error_for_status()?;
    Ok(answer.json().await?)
}
